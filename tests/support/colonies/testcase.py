"""What tests with a Colonies server have in common. The module's `setUpModule` makes the bed:

    def setUpModule():
        ColonyTest.bed = unittest.enterModuleContext(ColonyBed())
"""
import sys
import unittest


class ColonyTest(unittest.TestCase):
    """A colony of its own for each test; of a test that fails, the servers' last words are shown."""

    bed = None
    proxied = False  # whether clients come through `self.proxy`
    tls = False  # and speak TLS with it

    def setUp(self):
        super().setUp()
        if self.proxied:
            self.proxy = self.bed.proxy(tls=self.tls)
            self.addCleanup(self.proxy.close)
        self.colony = self.bed.colony(through=self.proxy if self.proxied else None)
        self.addCleanup(self.colony.remove)
        self.addCleanup(self.bed.revive)

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if self.bed and len(result.failures) + len(result.errors) > before:
            print(self.bed.logs(), file=sys.stderr)
        return result
