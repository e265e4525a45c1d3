#!/usr/bin/python3
"""Reports on a narrow telephone, with names of one long word: nothing makes the page scroll sideways."""
import os
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.chromium import chromium, resize  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS, scene  # noqa: E402
from support.workspace import add_user  # noqa: E402

LONG = 'Rehabilitationskrankenhausverwaltungsgesellschaftsversammlung' * 3


class Narrow(unittest.TestCase):
    def test_a_long_word_keeps_within_the_page(self):
        here = scene(staff=15, organisations=('north', 'south'))
        self.addCleanup(here.__exit__)
        with sqlite3.connect(here.path('var/readiness.db'), timeout=20) as db:
            db.execute('UPDATE organisation SET name = ? || code', (LONG,))
        db.close()
        for i, link in enumerate(here.links('tale', 'personal')):  # not all alike, or nothing is shown
            Browser(here.url).fill(link['token'], dict(ANSWERS, lead1=1 + i % 5, lead2=1 + (i + 1) % 5, lead3=1 + (i + 3) % 5,
                                                       lead4=1 + (i + 2) % 5, obstacle=LONG))
        here.stop()
        here.run('wave', 'close', 'tale', '--yes')
        here.serve()
        browser = add_user(here, 'admin@example.org')
        driver = chromium(320, 800)
        self.addCleanup(driver.quit)
        driver.get(here.url + '/sign-in')
        for name, value in browser.cookies.items():
            driver.add_cookie({'name': name, 'value': value, 'path': '/'})
        for path in ('/assessments/tale/reports/1', '/assessments/tale/reports/1/north', '/assessments/tale',
                     '/assessments/tale/waves', '/work'):
            driver.get(here.url + path)
            for width in (320, 360):
                with self.subTest(path=path, width=width):
                    resize(driver, width, 800)
                    self.assertLessEqual(driver.execute_script('return document.documentElement.scrollWidth'), width)
        self.assertIn('class=ranking><li>' + LONG, browser.get('/assessments/tale/reports/1').text)


if __name__ == '__main__':
    unittest.main()
