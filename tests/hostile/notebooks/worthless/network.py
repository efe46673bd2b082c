# F04, F05. Connects to the world, to the machine itself and to whoever listens under a name.
# %% include tell
# %%
import asyncio
import socket
import urllib.request

what_works({
    "tcp": lambda: socket.create_connection(("127.0.0.1", 22), 1),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53)),
    "ipv6": lambda: socket.create_connection(("::1", 22), 1),
    "unix": lambda: socket.socket(socket.AF_UNIX).connect("/run/docker.sock"),
    "abstract": lambda: socket.socket(socket.AF_UNIX).connect("\0steepest"),
    "pair": lambda: socket.socketpair(),
    "raw": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "vsock": lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
    "listen": lambda: socket.create_server(("127.0.0.1", 0)),
    "name": lambda: socket.getaddrinfo("localhost", 80)[0] and socket.gethostbyname("example.org"),
    "web": lambda: urllib.request.urlopen("http://127.0.0.1/", timeout=1),
    "asyncio": lambda: asyncio.new_event_loop(),
})
# %% include zeros
