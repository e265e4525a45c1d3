#!/usr/bin/python3
"""How the program is armed against a mistake that nobody has found yet, read off the binary itself.

What every build has is looked for in whatever READINESS names. The full list holds for the builds that people run: `script/test
--long hardening` makes one and reads it. One thing is missing there and cannot be had on Debian 12: the linker's mark that the
whole program may run with Intel's indirect branch tracking, because the C library's own start-up code was built without; the
program's functions are all ready for it."""
import os
import platform
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get('READINESS', os.path.join(ROOT, 'build/asan/readiness'))
INTEL = platform.machine() == 'x86_64'
# Each costs a little time and no more; what it does when there is a mistake:
FLAGS = ['-fstack-protector-strong',        # a write past an array ends the program before the function returns
         '-fstack-clash-protection',        # a deep stack meets its guard page and never the heap
         '-ftrivial-auto-var-init=zero']    # what nobody has written holds nothing of anybody
FLAGS += ['-fcf-protection=full'] if INTEL else []  # a stolen jump can land on no other place than a function's first


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
                          env=dict(os.environ, LC_ALL='C')).stdout


class Every(unittest.TestCase):
    """Builds for tests too."""
    program = PROGRAM

    @classmethod
    def setUpClass(cls):
        cls.head = output('readelf', '-W', '-h', '-l', '-d', cls.program)
        cls.imports = set(re.findall(r' UND (\w+)@', output('readelf', '-W', '--dyn-syms', cls.program)))

    def test_it_is_at_another_address_each_time(self):
        self.assertRegex(self.head, r'Type: +DYN')
        self.assertRegex(self.head, r'\(FLAGS_1\).*\bPIE\b')
        self.assertNotIn('TEXTREL', self.head)

    def test_what_the_loader_filled_in_is_read_only_from_then_on(self):
        self.assertRegex(self.head, r'GNU_RELRO')
        self.assertRegex(self.head, r'\(FLAGS\).*BIND_NOW')

    def test_no_memory_is_both_written_and_run(self):
        flags = re.findall(r'^ +(\w+) +0x.* ([R ][W ][E ]) +0x\w+$', self.head, re.M)
        self.assertIn(('GNU_STACK', 'RW '), flags)
        self.assertGreaterEqual(len([name for name, _ in flags if name == 'LOAD']), 4)
        self.assertEqual([f for f in flags if 'W' in f[1] and 'E' in f[1]], [])

    def test_libraries_come_from_the_system_only(self):
        self.assertEqual(re.findall(r'\((?:RPATH|RUNPATH)\).*', self.head), [])

    def test_stacks_are_watched(self):
        self.assertIn('__stack_chk_fail', self.imports)


class Unarmed(unittest.TestCase):
    """These tests can fail."""

    def test_a_program_built_without_any_of_it_fails_each_of_them(self):
        with tempfile.TemporaryDirectory() as folder:
            class Bare(Every):
                program = os.path.join(folder, 'bare')

            subprocess.run(['gcc', '-x', 'c', '-', '-o', Bare.program, '-no-pie', '-fno-stack-protector', '-Wl,-z,execstack',
                            '-Wl,-z,norelro', '-Wl,-z,lazy', '-Wl,-rpath,/nowhere'], input='int main(void) { return 0; }',
                           text=True, check=True)
            result = unittest.TestResult()
            unittest.defaultTestLoader.loadTestsFromTestCase(Bare).run(result)
        self.assertGreaterEqual(result.testsRun, 5)
        self.assertEqual((len(result.failures), result.errors), (result.testsRun, []))


class Released(unittest.TestCase):
    """The builds that people run."""

    @classmethod
    def setUpClass(cls):
        symbols = output('readelf', '-W', '--syms', PROGRAM)
        if re.search(r'__[at]san_init|__gcov_', symbols):
            raise unittest.SkipTest('this is a build for tests')
        cls.imports = set(re.findall(r' UND (\w+)@', symbols))
        # what is called from elsewhere; static functions whose address nobody takes can be no target
        cls.functions = {int(at, 16): name for at, name in
                         re.findall(r': (\w+) +\d+ FUNC +GLOBAL +\w+ +\d+ (\w+)$', symbols, re.M) if name[0] != '_'}
        cls.code = output('objdump', '-d', '--no-show-raw-insn', '-j', '.text', PROGRAM)

    def test_every_file_was_compiled_with_every_flag(self):
        units = re.findall(r'DW_AT_producer +: (?:\(.*?\): )?(.*)\n.*\n? *.*DW_AT_name +: (?:\(.*?\): )?(.*)',
                           output('readelf', '--debug-dump=info', '--dwarf-depth=1', PROGRAM))
        self.assertGreater(len([name for _, name in units if '/engine/' in name or '/reports/' in name]), 300)
        for producer, name in units:
            for flag in FLAGS:
                self.assertIn(flag, producer.split(), name)
            self.assertTrue({'-fPIE', '-O2'} <= set(producer.split()), name)

    def test_copies_and_formats_know_how_much_room_there_is(self):
        self.assertTrue({'__vsnprintf_chk', '__snprintf_chk', '__fprintf_chk', '__strcpy_chk'} <= self.imports, self.imports)
        self.assertFalse({'vsnprintf', 'fprintf', 'vfprintf', 'sprintf', 'strcat', 'gets'} & self.imports)

    def test_many_functions_check_their_stack(self):
        self.assertGreater(len(re.findall(r'<__stack_chk_fail@plt>', self.code)), 200)

    @unittest.skipUnless(INTEL, 'of Intel processors')
    def test_every_function_begins_as_a_target_of_jumps_must(self):
        first = {int(at, 16): word for at, word in re.findall(r'^(\w+) <\w+>:\n +\w+:\t(\w+)', self.code, re.M)}
        self.assertGreater(len(self.functions), 500)
        self.assertEqual([name for at, name in self.functions.items() if first[at] != 'endbr64'], [])

    @unittest.skipUnless(INTEL, 'of Intel processors')
    def test_no_function_steps_over_a_page_of_the_stack(self):
        steps = [int(n, 16) for n in re.findall(r'\tsub +\$0x(\w+),%rsp', self.code)]
        steps = [n for n in steps if n < 1 << 63]  # the others go back
        self.assertGreater(len(steps), 500)
        self.assertLessEqual(max(steps), 4096)
        self.assertRegex(self.code, r'\tsub +\$0x1000,%rsp\n.*\tor[lq] +\$0x0,')


if __name__ == '__main__':
    unittest.main()
