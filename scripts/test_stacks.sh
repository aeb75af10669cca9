#!/usr/bin/env bash
# Runs a chosen part of the tests (below) on another Python or the other stack, each in an
# environment of its own; docs/stacks.md. All but the addons stack go the whole way in short before
# (.ci/whole_way.py), and the lowest versions do nothing else.
#   bash scripts/test_stacks.sh addons         Python 3.11, TensorFlow 2.15, Keras 2.15, Addons
#   bash scripts/test_stacks.sh python3.13     Python 3.13, current TensorFlow and Keras
#   bash scripts/test_stacks.sh lowest         the lowest versions that setup.cfg admits, Python 3.11
#   bash scripts/test_stacks.sh                all three
#   bash scripts/test_stacks.sh lowest_addons  as lowest, on the other stack
#   bash scripts/test_stacks.sh --install ...  only makes the environments
# PYTHON= names the interpreter, where it is not found by itself; one that is not there is skipped,
# and it is said so. Environments are kept as .venv_addons and so on, or under VENVS=.
# Where .venv is there, the leg addons also asks it, as the other stack, to read and write weights.
set -euo pipefail
cd "$(dirname "$0")/.."
export TF_CPP_MIN_LOG_LEVEL=2

# What the newest Python may change; and the detectors, which are installed there alone.
python_tests=(
  tests/models/test_loading.py
  tests/lifting/test_job.py
  tests/lifting/test_detected.py
  tests/detection
  tests/footage
  tests/files
)
# What depends on the stack: models' files and the pretrained ones; checkpoints; evaluation, lifting,
# export and serving; geometry; models; optimizers, the step, a short run stopped and resumed;
# metrics; signatures.
stack_tests=(
  tests/models/test_loading.py
  tests/models/test_weights_file.py
  tests/training/records/test_checkpoint.py
  tests/evaluation/test_evaluate.py
  tests/lifting/test_job.py
  tests/export/forms/test_litert.py
  tests/serving/test_requests.py
  tests/geometry
  tests/models/test_blocks.py
  tests/models/estimator
  tests/models/test_keras_file.py
  tests/models/test_keras_file_trust.py
  tests/models/test_lifter.py
  tests/training/updates/test_optimizers.py
  tests/training/records/test_callbacks.py
  tests/training/test_run.py
  tests/evaluation/metrics/test_joint_errors_tf.py
  tests/export/signatures/test_signatures.py
  tests/sequences
  tests/training/sequences/test_third_stage.py
)

is() { "$1" -c "import sys; sys.exit(sys.version_info[:2] != ($2, $3))" 2>/dev/null; }

# The path of a Python of this version, from PATH, pyenv included; empty where there is none.
find_python() {
  local major=${1%.*} minor=${1#*.} candidate pyenv
  pyenv=${PYENV_ROOT:-$HOME/.pyenv}
  for candidate in ${PYTHON:-"python$1" python3 "$pyenv"/versions/"$1".*/bin/python}; do
    if is "$candidate" "$major" "$minor"; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
}

# A model for MediaPipe out of an older wheel of it: CI cannot download Google's file.
pose_task() {
  "$1/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$1/wheels" \
    --only-binary=:all: --python-version=3.11 --platform=manylinux_2_28_x86_64 mediapipe==0.10.21
  "$1/bin/python" .ci/pose_task.py "$1"/wheels/mediapipe-*.whl "$1/pose_landmarker_full.task"
}

leg() {
  local name=$1 version=$2 extras=$3 python venv chosen=("${python_tests[@]}") install more
  python=$(find_python "$version")
  if [ -z "$python" ]; then
    echo "test_stacks.sh: skipped $name: there is no Python $version${PYTHON:+ (PYTHON=$PYTHON)}."
    return
  fi
  venv=${VENVS:-.}/.venv_$name
  if [ ! -e "$venv/installed" ] || [ setup.cfg -nt "$venv/installed" ]; then
    echo "test_stacks.sh: installing .[$extras] with $python into $venv ..."
    rm -rf "$venv"
    "$python" -m venv "$venv"
    install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile)
    more=('pytest>=8' 'pytest-xdist>=3.8' 'hypothesis>=6.100')
    if [[ $name = lowest* ]]; then
      "${install[@]}" uv
      install=("$venv/bin/uv" pip install --quiet --python "$venv/bin/python")
      install+=(--resolution lowest-direct)
      more=()
      [ "$name" = lowest_addons ] || more=('tensorflow>=2.21')
    fi
    [ "$name" != python3.13 ] || more+=('onnx>=1.17') # makes models for the tests of RTMLib
    "${install[@]}" -e ".[$extras]" "${more[@]}"
    [ "$name" != python3.13 ] || pose_task "$venv"
    touch "$venv/installed"
  fi
  if $only_install; then
    return
  fi
  if [ "$name" != addons ]; then
    "$venv/bin/python" .ci/whole_way.py
  fi
  if [[ $name = lowest* ]]; then
    return
  fi
  "$venv/bin/python" - <<'PYTHON'
import sys

from posenet3d.platform import stack

print(f"test_stacks.sh: Python {sys.version.split()[0]}, {stack.NAME}")
PYTHON
  if [ "$name" = addons ]; then
    chosen=("${stack_tests[@]}")
    [ ! -x .venv/bin/python ] || export POSENET3D_OTHER_PYTHON=$PWD/.venv/bin/python
  fi
  [ "$name" != python3.13 ] || export POSENET3D_POSE_TASK=$venv/pose_landmarker_full.task
  "$venv/bin/python" -m pytest -n 2 --dist loadfile "${chosen[@]}"
  unset POSENET3D_OTHER_PYTHON POSENET3D_POSE_TASK
}

only_install=false
if [ "${1:-}" = --install ]; then
  only_install=true
  shift
fi
legs=("$@")
[ $# -gt 0 ] || legs=(addons python3.13 lowest)
for name in "${legs[@]}"; do
  case $name in
    addons) leg addons 3.11 addons,serving,viz ;;
    lowest) leg lowest 3.11 serving ;;
    lowest_addons) leg lowest_addons 3.11 addons,serving ;;
    python3.13) leg python3.13 3.13 serving,viz,rtmlib,mediapipe ;;
    *)
      echo "test_stacks.sh: error: give addons, python3.13, lowest, lowest_addons or nothing, got $name" >&2
      exit 2
      ;;
  esac
done
