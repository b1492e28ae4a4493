#!/usr/bin/env python3
"""The one door: `python3 manage.py demo`, `python3 manage.py test`, or any Django command.

On a bare machine it first sets the project up: a virtual environment in `.venv`, the hash-locked
dependencies, and the few system libraries that PDF making needs. Standard library only, and readable
by old Pythons, so that it can say what is missing instead of failing to parse.
"""

import ctypes
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
NATIVE = ROOT / "var" / "native"
OLDEST_PYTHON = (3, 11)

PDF_LIBRARIES = ["libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"]
PDF_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
TEST_PROGRAMS = {  # program -> (Debian package, what goes untested without it)
    "chromium": ("chromium", "browser journeys"),
    "redis-server": ("redis-server", "Redis faults"),
    "pg_ctl": ("postgresql", "PostgreSQL"),
}


def say(sentence):
    print(sentence, flush=True)


def stop(sentence):
    sys.exit("Cannot go on: " + sentence)


def run(command, quiet=True, **options):
    """Runs a command; True when it worked. Its output is shown only when it failed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode and not quiet:
        say("\n".join(done.stdout.splitlines()[-15:]))
    return done.returncode == 0


# --- the right Python, in its own environment -------------------------------------------------------


def find_python():
    """This Python when it is new enough, else a newer one from PATH."""
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    for minor in range(15, OLDEST_PYTHON[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    return stop("this needs Python 3.11 or newer. Install it and run the command again.")


def make_environment(python):
    if (VENV / "bin" / "python").exists() and (VENV / "bin" / "pip").exists():
        return
    say("Making a virtual environment in .venv …")
    if run([python, "-m", "venv", "--clear", str(VENV)]):
        return
    # Debian keeps the part of venv that brings pip in a package of its own.
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    if install_packages([f"python{version}-venv"]) and run([python, "-m", "venv", "--clear", str(VENV)]):
        return
    wheels = unpack_packages(["python3-pip-whl"])
    pip = next(wheels.glob("usr/share/python-wheels/pip-*.whl"), None) if wheels else None
    if pip and run([python, "-m", "venv", "--clear", "--without-pip", str(VENV)]):
        environment = dict(os.environ, PYTHONPATH=str(pip))
        if run([str(VENV / "bin" / "python"), "-m", "pip", "install", "pip"], quiet=False, env=environment):
            return
    stop("a virtual environment could not be made. Install your system's python3-venv package and try again.")


def stamp_of(lock, environment):
    """The file that says: this environment holds exactly what this version of the lock names."""
    return environment / "installed" / f"{lock.stem}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"


def install_dependencies(lock):
    stamp = stamp_of(lock, VENV)
    if stamp.exists():
        return
    say("Installing dependencies (about a minute, once) …")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    if not run([*pip, "--quiet", "--require-hashes", "-r", str(lock)], quiet=False):
        stop("the dependencies could not be installed (see above). Is a package index reachable?")
    stamp.parent.mkdir(exist_ok=True)
    for old in stamp.parent.glob(f"{lock.stem}-????????????????"):
        old.unlink()
    stamp.touch()


# --- system packages ---------------------------------------------------------------------------------


def install_packages(packages):
    """Installs Debian or Ubuntu packages where we may; True when that worked."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return run(install, env=environment) or (
        run(["apt-get", "update", "-qq"], env=environment) and run(install, quiet=False, env=environment)
    )


def unpack_packages(packages):
    """Without root: fetches packages with what they need and unpacks them under `var/native`; the folder, or None."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        return None
    NATIVE.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(
        ["apt-get", "install", "-qq", "--print-uris", "--no-install-recommends", *packages],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wanted = [line.split()[1].split("_")[0] for line in listed.stdout.splitlines() if line.startswith("'")]
    if not wanted or not run(["apt-get", "download", "-qq", *wanted], cwd=str(NATIVE)):
        return None
    for package in NATIVE.glob("*.deb"):
        run(["dpkg", "-x", str(package), str(NATIVE)])
        package.unlink()
    return NATIVE


def can_load(libraries):
    try:
        for library in libraries:
            ctypes.CDLL(library)
    except OSError:
        return False
    return True


def native_environment():
    """Environment variables that make libraries under `var/native` findable."""
    folders = sorted({str(path.parent) for path in NATIVE.glob("usr/lib/*/libpango*")})
    if not folders:
        return {}
    key = "DYLD_FALLBACK_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    return {key: ":".join([*folders, *filter(None, [os.environ.get(key)])])}


def make_pdf_possible():
    """PDF needs Pango. Without it everything else works, and pages say that no PDF can be made."""
    if can_load(PDF_LIBRARIES) or native_environment():
        return
    if sys.platform == "darwin":
        if not pathlib.Path("/opt/homebrew/lib/libpango-1.0.dylib").exists():
            say("No PDF yet: run `brew install pango`, then start again. Everything else works.")
        return
    say("Installing Pango, which makes PDF files (a few seconds, once) …")
    if not install_packages(PDF_PACKAGES) and not unpack_packages(PDF_PACKAGES):
        packages = ", ".join(PDF_PACKAGES)
        say(f"No PDF: Pango could not be installed. Ask for these packages: {packages}. Everything else works.")


def has_program(program):
    if program == "pg_ctl":
        return bool(shutil.which(program) or list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))
    return bool(shutil.which(program) or (program == "chromium" and shutil.which("google-chrome")))


def install_test_programs():
    missing = [program for program in TEST_PROGRAMS if not has_program(program)]
    if not missing:
        return
    say(f"Installing what the checks drive: {', '.join(missing)} …")
    for program in missing:
        package, untested = TEST_PROGRAMS[program]
        if not install_packages([package]) or not has_program(program):
            say(f"Not to be had: {package}. Those checks are skipped ({untested}).")


def start_again(python, environment):
    """Replaces this process by the same command under `python`."""
    sys.stdout.flush()
    os.execve(python, [python, str(ROOT / "manage.py"), *sys.argv[1:]], environment)


def set_up(for_tests):
    """Goes on inside an environment that has everything; starts the command again there when this one has not."""
    lock = ROOT / "portal" / ("requirements-test.lock" if for_tests else "requirements.lock")
    if not stamp_of(lock, pathlib.Path(sys.prefix)).exists():
        make_environment(find_python())
        install_dependencies(lock)
        start_again(str(VENV / "bin" / "python"), dict(os.environ))
    make_pdf_possible()
    native = native_environment()
    if any(not os.environ.get(key, "").startswith(value.split(":")[0]) for key, value in native.items()):
        start_again(sys.executable, dict(os.environ, **native))
    if for_tests:
        install_test_programs()


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    set_up(for_tests=command in ("test", "benchmark"))
    if command == "benchmark":
        from benchmarks.__main__ import main as run_benchmarks

        sys.exit(run_benchmarks(sys.argv[2:]))
    if command == "test":
        from tests.__main__ import main as run_checks

        sys.exit(run_checks(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("\nStopped. Nothing is lost; start again with the same command.")
        sys.exit(130)
