# X01, X02, X03, X05, X09. Errors and names that are markup, control characters, commands for a CI system or formulas.
# %%
raise ValueError("<script>alert(1)</script><img src=x onerror=alert(2)>&lt;")
# %%
raise ValueError("</pre></section>{{ 7 * 7 }}{% raw %}```\n![x](http://127.0.0.1/x.png)\n```")
# %%
raise ValueError("\x1b]52;c;cm0gLXJm\x07\x1b[2J\x1b[31mred\x9b1m\x00\u202egnirts\u2066 \ud800")
# %%
raise ValueError("\r\n::error::x\n::add-mask::y\n::stop-commands::z\n::set-output name=a::b")
# %%
raise ValueError("=HYPERLINK(\"http://127.0.0.1\")\t@SUM(A1)\n+1\n-1")
# %% include zeros
# %%
def calculate_inverse(M, **options):
    raise type("<b onload=x>", (Exception,), {})("<svg/onload=alert(3)> javascript:alert(4) ]]> --> \x1b[1m")
