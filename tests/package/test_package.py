#!/usr/bin/python3
"""The Debian package and what it brings: manual pages, completion, the unit. With READINESS_LONG=1 the package is built,
installed in a clean Debian 12 made by debootstrap, used, and purged (needs root, debootstrap and a mirror)."""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request

from support.readiness import PROGRAM, ROOT

LONG = os.environ.get('READINESS_LONG')
UNITS = [os.path.join(ROOT, 'config/systemd', name) for name in ('readiness.service', 'readiness-backup.service')]
# What the package brings, besides the instruments.
BROUGHT = ('/usr/bin/readiness', '/usr/share/man/man1/readiness.1.gz', '/usr/share/man/fr/man1/readiness.1.gz',
           '/usr/share/bash-completion/completions/readiness', '/usr/lib/systemd/system/readiness.service',
           '/usr/lib/systemd/system/readiness-backup.service', '/usr/lib/systemd/system/readiness-backup.timer',
           '/usr/lib/sysusers.d/readiness.conf', '/usr/lib/tmpfiles.d/readiness.conf', '/etc/readiness/readiness.ini',
           '/etc/readiness/terms.ini', '/usr/share/doc/readiness/operator.md', '/usr/share/doc/readiness/copyright',
           '/usr/share/doc/readiness/examples/nginx.conf', '/usr/share/doc/readiness/examples/Caddyfile')


def output(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1800, **options)
    if done.returncode:
        raise AssertionError('%s ended with %d:\n%s' % (' '.join(words), done.returncode, done.stdout[-4000:]))
    return done.stdout


def commands():
    """Every "noun verb" of the program's own overview."""
    return re.findall(r'^  ([a-z]+(?: [a-z-]+)?)  +\S', output(PROGRAM, 'help'), re.M)


class Manual(unittest.TestCase):
    def page(self, language):
        return output(PROGRAM, 'manual', env=dict(os.environ, READINESS_TEXTS_LANGUAGE=language))

    def test_every_command_and_option_is_in_the_manual(self):
        known = {c: re.findall(r'^  --([a-z-]+)', output(PROGRAM, *c.split(), '--help'), re.M) for c in commands()}
        self.assertGreater(len(known), 40)
        for language in ('en', 'fr'):
            page = self.page(language).replace('\\-', '-')
            for command, options in known.items():
                section = page.split('.SS "%s"\n' % command)[1].split('.SS ')[0]
                for option in options:
                    self.assertIn('\\fB--%s\\fR' % option, section)

    @unittest.skipUnless(shutil.which('man') and shutil.which('groff'), 'man is not there')
    def test_man_reads_it_without_a_complaint(self):
        for language in ('en', 'fr'):
            with tempfile.NamedTemporaryFile('w', suffix='.1') as file:
                file.write(self.page(language))
                file.flush()
                done = subprocess.run(['man', '--warnings', '-E', 'UTF-8', '-l', file.name], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, check=True, env=dict(os.environ, MANWIDTH='80'))
                self.assertEqual(done.stderr, '')
                self.assertTrue('readiness - ' in done.stdout.replace('‐', '-').replace('−', '-'), language)

    def complete(self, *words):
        """What bash offers for the last word."""
        script = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _readiness; printf "%s\\n" "${COMPREPLY[@]}"'
        with tempfile.NamedTemporaryFile('w') as file:
            file.write(output(PROGRAM, 'completion'))
            file.flush()
            return output('bash', '-c', script, file.name, *words).split()

    def test_bash_completes_nouns_verbs_and_options(self):
        self.assertEqual(self.complete('readiness', 'asse'), ['assessment'])
        self.assertEqual(set(self.complete('readiness', 'wave', 're')), {'recovery-sheet', 'recover'})
        self.assertEqual(self.complete('readiness', 'wave', 'open', '--la'), ['--label'])
        self.assertEqual(self.complete('readiness', 'backup', '--k'), ['--keys'])
        self.assertIn('--organisation', self.complete('readiness', 'report', 'north', '--'))


class Unit(unittest.TestCase):
    @unittest.skipUnless(shutil.which('systemd-analyze'), 'systemd is not there')
    def test_the_services_are_closed_up_to_what_they_need(self):
        """systemd's exposure, 0 to 10; in tenths on its command line."""
        for unit in UNITS:
            told = output('systemd-analyze', 'security', '--offline=yes', '--threshold=15', unit)
            self.assertLessEqual(float(re.search(r'exposure level[^:]*: ([0-9.]+)', told).group(1)), 1.5)

    def test_the_backup_reaches_the_same_database_as_the_service(self):
        """It may be on another machine, and its password in the file of secrets."""
        units = []
        for name in UNITS:
            with open(name) as file:
                units.append(dict(re.findall(r'^(\w+)=(.*)$', file.read(), re.M)))
        service, backup = units
        self.assertIn('AF_INET', service['RestrictAddressFamilies'])
        for key in ('RestrictAddressFamilies', 'EnvironmentFile', 'After', 'PrivateNetwork', 'IPAddressDeny'):
            self.assertEqual(backup.get(key), service.get(key), key)
        self.assertNotIn('PrivateNetwork', backup)

    def test_an_answer_reaches_neither_core_file_nor_swap(self):
        for name in UNITS:
            with open(name) as file:
                unit = file.read()
            self.assertIn('LimitCORE=0\n', unit)
            self.assertIn('MemorySwapMax=0\n', unit)


@unittest.skipUnless(LONG and os.geteuid() == 0 and shutil.which('debootstrap'), 'the long form: root and debootstrap')
class CleanDebian(unittest.TestCase):
    """Installed, used and purged where nothing was before."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='readiness-package-')
        build, cls.root = os.path.join(cls.folder, 'build'), os.path.join(cls.folder, 'root')
        output('cmake', '-S', ROOT, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=RelWithDebInfo')
        output('cmake', '--build', build)
        output('cpack', cwd=build)
        cls.package, = glob.glob(build + '/readiness_*.deb')
        mirror = output('apt-get', 'indextargets', '--format', '$(REPO_URI) $(CODENAME)', 'Created-By: Packages').splitlines()
        address = next(line.split()[0] for line in mirror if line.split()[1] == 'bookworm')
        output('debootstrap', '--variant=minbase', 'bookworm', cls.root, address)
        for name in ('/etc/apt/sources.list', '/etc/resolv.conf', '/etc/hosts'):
            if os.path.exists(name):
                shutil.copy(name, cls.root + name)
        for name in glob.glob('/etc/apt/apt.conf.d/*proxy*'):
            shutil.copy(name, cls.root + name)
        output('mount', '-t', 'proc', 'proc', cls.root + '/proc')
        cls.before = cls.files()
        shutil.copy(cls.package, cls.root + '/tmp/readiness.deb')
        cls.inside('apt-get', 'update', '-qq')
        cls.inside('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends',
                   '/tmp/readiness.deb')

    @classmethod
    def tearDownClass(cls):
        subprocess.run(['umount', cls.root + '/proc'], check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def inside(cls, *words):
        return output('chroot', cls.root, *words)

    @classmethod
    def files(cls):
        """What is in the places the package touches."""
        paths = {os.path.join(place, name)[len(cls.root):] for top in ('/etc', '/usr', '/var/lib', '/var/backups')
                 for place, folders, names in os.walk(cls.root + top) for name in folders + names}
        return {path for path in paths if 'readiness' in path}

    def as_service(self, *words):
        return self.inside('setpriv', '--reuid=readiness', '--regid=readiness', '--clear-groups', 'env',
                           '--chdir=/var/lib/readiness', 'readiness', *words)

    def test_installed_used_and_purged(self):
        self.assertEqual(self.before, set())
        self.assertEqual({path for path in BROUGHT if not os.path.isfile(self.root + path)}, set())
        for path, mode in (('/var/lib/readiness', 0o700), ('/var/lib/readiness-keys', 0o700), ('/var/backups/readiness', 0o700)):
            state = os.stat(self.root + path)
            self.assertEqual(state.st_mode & 0o777, mode, path)
            self.assertNotEqual(state.st_uid, 0, path)
        self.assertIn('Instruments', self.as_service('doctor'))
        self.assertIn('http', self.as_service('user', 'add', 'you@example.org', '--role', 'administrator'))
        self.serve()
        self.as_service('backup', '/var/backups/readiness/copy.db')
        self.as_service('verify', '/var/backups/readiness/copy.db')
        self.install_again()
        self.inside('apt-get', 'remove', '-y', '-qq', 'readiness')
        self.assertTrue(os.path.exists(self.root + '/var/lib/readiness/readiness.db'), 'removing keeps the data')
        self.inside('apt-get', 'purge', '-y', '-qq', 'readiness')
        left = {path for path in self.files() if '/var/lib/dpkg' not in path and '/apt/' not in path}
        self.assertEqual(left, set())
        self.assertNotIn('readiness', self.read('/etc/passwd'))

    def read(self, path):
        with open(self.root + path, encoding='utf-8') as file:
            return file.read()

    def install_again(self):
        """As an update does: settings stay as they were changed, people and data as they were."""
        path = '/etc/readiness/readiness.ini'
        changed = self.read(path).replace('\n[server]\n', '\n; ours\n[server]\n')
        with open(self.root + path, 'w', encoding='utf-8') as file:
            file.write(changed)
        self.inside('apt-get', 'install', '-y', '-qq', '--reinstall', '/tmp/readiness.deb')
        self.assertIn('; ours', self.read(path))
        self.assertIn('you@example.org', self.as_service('user', 'list'))

    def serve(self):
        """The installed program, with the installed settings, answers on a port of ours."""
        server = subprocess.Popen(['chroot', self.root, 'setpriv', '--reuid=readiness', '--regid=readiness', '--clear-groups',
                                   'env', '--chdir=/var/lib/readiness', 'READINESS_SERVER_LISTEN=127.0.0.1:0', 'readiness',
                                   '--config', '/etc/readiness/readiness.ini', 'serve'], stdout=subprocess.PIPE, text=True)
        try:
            url = re.search(r'http://[^\s/]+', server.stdout.readline()).group()
            with urllib.request.urlopen(url + '/healthz', timeout=10) as answer:
                self.assertEqual(answer.status, 200)
        finally:
            server.terminate()
            started = time.monotonic()
            self.assertEqual(server.wait(timeout=20), 0)
            self.assertLess(time.monotonic() - started, 20)
            server.stdout.close()


if __name__ == '__main__':
    unittest.main()
