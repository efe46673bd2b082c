# A runner that grades on an NVIDIA card. NOT BUILT AND NOT RUN YET: see docs/gpu.md.
#
#   docker build -f autograder/docker/cuda.Dockerfile -t steepest:cuda .
#   docker run --rm --gpus device=0 -v "$PWD:/course" -e STEEPEST_SECRET steepest:cuda ci inverse --device cuda
#
# The CUDA libraries come with torch; of the host only its driver and the NVIDIA container toolkit are needed.
FROM python:3.11-slim-bookworm

ARG PIP_FLAGS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility

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
