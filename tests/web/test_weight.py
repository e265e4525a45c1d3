#!/usr/bin/python3
"""Bytes on the wire: the first page with its style sheet under 14 KB, every later page under 10 KB, in every language."""
import os
import re
import socket
import unittest
import urllib.parse

from support.readiness import Browser, ROOT
from support.scene import scene

FLAGSHIP = os.path.join(ROOT, 'surveys/implementation-readiness.ini')


def wire(url, path):
    """Everything the server sends for a GET, head included."""
    host = urllib.parse.urlsplit(url)
    with socket.create_connection((host.hostname, host.port), timeout=20) as s:
        s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n'
                   % (path, host.netloc)).encode())
        return b''.join(iter(lambda: s.recv(65536), b''))


class Weight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = scene(staff=6, instrument=FLAGSHIP)
        cls.links = cls.here.links('tale')

    @classmethod
    def tearDownClass(cls):
        cls.here.stop()
        cls.here.__exit__()

    def test_the_first_page_with_its_style_sheet_is_under_14_kilobytes(self):
        for link in self.links[:1] + self.links[-1:]:
            for language in ('en', 'fr'):
                page = wire(self.here.url, '/s/%s?lang=%s' % (link['token'], language))
                sheet = re.search(rb'href="?(/assets/respondent[^" >]+)', page).group(1).decode()
                total = len(page) + len(wire(self.here.url, sheet))
                self.assertLess(total, 14 * 1024, (link['kind'], language))

    def test_every_later_page_is_under_10_kilobytes(self):
        for link in self.links[:1] + self.links[-1:]:
            for language in ('en', 'fr'):
                browser = Browser(self.here.url)
                page = browser.send(browser.get('/s/%s?lang=%s' % (link['token'], language)))
                pages = 0
                while page.form(field='.p'):
                    head = sum(len(k) + len(v) + 4 for k, v in page.headers.items()) + 17
                    self.assertLess(head + len(page.text.encode()), 10 * 1024, page.title)
                    self.assertEqual(page.language, language)
                    pages += 1
                    if any(c['value'] == 'submit' for c in page.form()['controls']):
                        break  # not sent: the next language needs the link
                    names = {c['name'] for c in page.form()['controls'] if c['kind'] == 'radio'}
                    page = browser.send(page, {n: 3 for n in names})
                self.assertGreater(pages, 3, page.title)

    def test_no_page_asks_anybody_else_for_anything(self):
        for link in self.links[:1] + self.links[-1:]:
            page = Browser(self.here.url).get('/s/' + link['token'])
            self.assertNotRegex(page.text, r'(src|href)="?(https?:)?//')
            self.assertNotIn('<script', page.text)


if __name__ == '__main__':
    unittest.main()
