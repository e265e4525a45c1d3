"""Headless Chromium for tests and pictures."""
import tempfile

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait


def chromium(width=1280, height=900, javascript=True, dark=False, language='en'):
    """A driver; quit() it. The window is as wide as asked for, down to a phone's."""
    options = Options()
    options.binary_location = '/usr/bin/chromium'
    for word in ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
                 '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars',
                 '--lang=' + language, '--user-data-dir=' + tempfile.mkdtemp(prefix='chromium-')):
        options.add_argument(word)
    if dark:
        options.add_argument('--force-dark-mode')
    if not javascript:
        options.add_experimental_option('prefs', {'profile.managed_default_content_settings.javascript': 2})
    driver = webdriver.Chrome(service=Service('/usr/bin/chromedriver'), options=options)
    resize(driver, width, height)
    return driver


def resize(driver, width, height):
    """Sets the size of the page itself, as a phone has it (a window cannot be made that narrow)."""
    driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride',
                           {'width': width, 'height': height, 'deviceScaleFactor': 2 if width < 700 else 1,
                            'mobile': width < 700})


def picture(driver, path, width, height=None):
    """A picture of the whole page, or of the given height."""
    if height is None:
        resize(driver, width, 900)
        height = driver.execute_script('return document.documentElement.scrollHeight')
    resize(driver, width, height)
    driver.save_screenshot(path)


def click(driver, selector):
    """Clicks what leads to another page, and waits for that page."""
    before = driver.find_element('tag name', 'html')
    driver.find_element('css selector', selector).click()
    # between two pages the driver may not know the old node any more and say so in an error of its own: ask again
    WebDriverWait(driver, 20, ignored_exceptions=(WebDriverException,)).until(staleness_of(before))
