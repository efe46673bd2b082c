# A runner that grades on the CPU.
#
#   docker build -f autograder/docker/cpu.Dockerfile --build-arg PIP_FLAGS="..." -t steepest:cpu .
#   docker run --rm -v "$PWD:/course" -e STEEPEST_SECRET steepest:cpu ci inverse --exam secret
#
# PIP_FLAGS names the index of a CPU build of torch; without it pip brings CUDA libraries of several gigabytes.
# Processes in it must be allowed to confine themselves (Landlock, seccomp); `steepest doctor` in the container tells.
# NOT BUILT YET: linted only.
FROM python:3.11-slim-bookworm

ARG PIP_FLAGS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /opt/steepest
COPY dist/steepest-*.whl constraints.txt ./
# hadolint ignore=SC2086
RUN wheel="$(echo steepest-*.whl)" \
    && python -I -m pip install --no-cache-dir ${PIP_FLAGS} -c constraints.txt "./${wheel}[worker]" \
    && rm -rf ./steepest-*.whl

RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin grader
USER 10001
WORKDIR /course
# -I: nothing is imported from the folder that is mounted here.
ENTRYPOINT ["python", "-I", "-u", "-m", "steepest"]
CMD ["doctor"]
