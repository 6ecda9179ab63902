package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class TestReportTest {

    @TempDir
    Path workspace;

    @BeforeEach
    void bundles() throws IOException {
        Files.createDirectory(workspace.resolve("bundles"));
    }

    @Test
    void countsByModuleAndTellsWhyATestWasSkippedOrFailed() throws IOException {
        report("bundles/a/target/surefire-reports/TEST-x.A.xml", """
                <testcase name="works" classname="x.A"/>
                <testcase name="needsQemu" classname="x.A"><skipped message="Assumption failed: no qemu-system-x86_64 &amp; co"/></testcase>
                """);
        report("runconfigs/target/test-reports/itest/TEST-y.xml", """
                <testcase name="starts()" classname="y.B"><error type="E"><![CDATA[java.lang.IllegalStateException: not there
                    at y.B.starts]]></error></testcase>
                <testcase name="stops()" classname="y.B"><failure message="expected: 1 but was: 2"/></testcase>
                """);

        TestReport report = TestReport.read(workspace);

        assertEquals(List.of(
                "a                                1 passed, 0 failed, 1 skipped",
                "in the container                 0 passed, 2 failed, 0 skipped",
                "skipped A.needsQemu: no qemu-system-x86_64 & co",
                "FAILED B.starts(): java.lang.IllegalStateException: not there",
                "FAILED B.stops(): expected: 1 but was: 2",
                "1 passed, 2 failed, 1 skipped"), report.lines());
        assertFalse(report.good());
    }

    @Test
    void aReportThatIsCutOffIsAFailure() throws IOException {
        Path file = workspace.resolve("bundles/a/target/surefire-reports/TEST-x.A.xml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "<testsuite><testcase name='a'");

        TestReport report = TestReport.read(workspace);

        assertEquals("0 passed, 1 failed, 0 skipped", report.lines().getLast());
        assertFalse(report.good());
    }

    @Test
    void noTestAtAllIsNotGood() throws IOException {
        TestReport report = TestReport.read(workspace);

        assertEquals(List.of("0 passed, 0 failed, 0 skipped"), report.lines());
        assertFalse(report.good());
    }

    @Test
    void passedTestsAreGoodAlsoWithSkippedOnes() throws IOException {
        report("bundles/a/target/surefire-reports/TEST-x.A.xml", """
                <testcase name="works" classname="x.A"/><testcase name="no" classname="x.A"><skipped/></testcase>
                """);

        assertTrue(TestReport.read(workspace).good());
    }

    private void report(String path, String cases) throws IOException {
        Path file = workspace.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite>" + cases + "</testsuite>");
    }
}
