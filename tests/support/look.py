"""A page looked at by axe in Chromium, at the width of a phone and of a desktop, light and dark. Text contrast is held to
7:1, targets to 24 px."""
import os
import unittest

from support.chromium import chromium, click, resize
from support.readiness import ROOT

AXE = os.environ.get('AXE', os.path.join(ROOT, 'build/npm/node_modules/axe-core/axe.min.js'))
RUN = """
const done = arguments[arguments.length - 1];
axe.run({runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
         rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}}})
   .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(
       n => n.html.slice(0, 200) + ' | ' + n.failureSummary.replace(/\\s+/g, ' ').slice(0, 300)).join(' || '))));
"""


# Cells whose colour carries a finding have the palette of the reports, whose texts are held to 4.5:1.
RUN_IN_COLOUR = RUN.replace("'color-contrast-enhanced': {enabled: true}", "'color-contrast': {enabled: true}")


def source():
    with open(AXE, encoding='utf-8') as file:
        return file.read()


class Looking(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.axe = source()
        cls.driver = chromium()
        cls.driver.set_script_timeout(60)
        cls.seen = 0

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()

    def scheme(self, name):
        self.driver.execute_cdp_cmd('Emulation.setEmulatedMedia',
                                    {'features': [{'name': 'prefers-color-scheme', 'value': name}]})

    def look(self, name, dark=False, run=RUN):
        """Both widths of the page that is open now."""
        d = self.driver
        d.execute_script(self.axe)
        for width in (360, 1280):
            resize(d, width, 900)
            for scheme in ('light', 'dark') if dark else ('light',):
                self.scheme(scheme)
                with self.subTest(page=name, width=width, scheme=scheme):
                    self.assertEqual(d.execute_async_script(run), [])
            wide = d.execute_script('return document.documentElement.scrollWidth')
            self.assertLessEqual(wide, width, name + ' scrolls sideways')
        self.scheme('light')
        type(self).seen += 1

    def at(self, selector):
        return self.driver.find_element('css selector', selector)

    def press(self, step):
        click(self.driver, 'button[value="%s"]' % step)

    def enter(self, **answers):
        for name, value in answers.items():
            for control in self.driver.find_elements('css selector', '[name="%s"]' % name):
                kind = control.get_attribute('type')
                if kind == 'hidden':
                    continue
                if kind in ('radio', 'checkbox'):
                    if control.get_attribute('value') == value:
                        self.driver.execute_script('arguments[0].click()', control)
                else:
                    control.clear()
                    control.send_keys(value)

    def summary_has_focus(self):
        focused = self.driver.switch_to.active_element
        self.assertIn('problems', focused.get_attribute('class') or '')
        for link in focused.find_elements('tag name', 'a'):
            there = link.get_attribute('href').split('#')[1]
            self.assertEqual(len(self.driver.find_elements('id', there)), 1)
            link.click()
            self.assertEqual(self.driver.switch_to.active_element.get_attribute('id'), there)
