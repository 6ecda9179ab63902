package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.platform.linux.ProcFs;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.service.ServiceExtension;

/** A guest is booted, watched from outside by commands and through the tree that runtimes mount, and goes with its bundle. */
@Timeout(150)
@ExtendWith(ServiceExtension.class)
class WatchTest {
    @InjectService
    CommandProcessor processor;

    private String run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            return result == null ? "" : session.format(result, Converter.INSPECT).toString();
        }
    }

    private static Bundle bundle(String name) {
        for (Bundle bundle : FrameworkUtil.getBundle(WatchTest.class).getBundleContext().getBundles()) {
            if (bundle.getSymbolicName().equals(name)) {
                return bundle;
            }
        }
        throw new AssertionError("no bundle " + name);
    }

    private void boot() throws Exception {
        try {
            run("vm:start itest --accel tcg");
        } catch (Unsupported reason) {
            assumeTrue(false, reason.getMessage());
        }
    }

    /** The hypervisor sees all of an unprotected guest, nothing of one in the secure world; an enclave holds no guest. */
    private static void seesThroughBackends(String table) {
        assertTrue(table.lines().anyMatch(line -> line.matches("none +256 +256 +\\d\\d.*")), table);
        assertTrue(table.lines().anyMatch(line -> line.matches("trustzone +256 +0 +- +tzasc: .*")), table);
        assertTrue(table.lines().anyMatch(line -> line.matches("sgx +0 +0 +- +sgx protects processes: .*")), table);
    }

    @Test
    void watchesAGuestThatGoesWithItsBundle(@InjectService(filter = "(kakuri.served.name=vm-proc)") ServedTree tree)
            throws Exception {
        assertEquals("there is no virtual machine to watch",
                assertThrows(UsageError.class, () -> run("scw:ps")).getMessage());
        boot();
        int pid = Integer.parseInt(run("vm:list --json").replaceAll("(?s).*\"pid\" : (\\d+).*", "$1"));

        assertTrue(ProcFs.isRunning(pid));
        assertTrue(run("scw:ps").contains("/bin/busybox sh /init"));
        assertTrue(run("scw:cat net/tcp").contains("0100007F:0050 00000000:0000 0A"));
        assertTrue(run("vm:info itest").contains("Linux version "));
        assertEquals("looked 1 times at itest: 0 changes, 0 alerts", run("scw:watch --count 1").strip());
        seesThroughBackends(run("scw:see"));
        try (ServedTree.View view = tree.open(ServedTree.WayOut.FREE)) {
            assertTrue(view.find("1/comm", 7).orElseThrow() instanceof ServedTree.File file
                    && new String(file.content()).equals("init\n"));
        }
        Bundle provider = bundle("org.kakuri.platform.vm");
        provider.stop();
        try {
            assertTrue(!ProcFs.isRunning(pid), "the guest outlived its bundle");
        } finally {
            provider.start();
        }
        assertEquals("", run("vm:list").lines().skip(1).findFirst().orElse(""));
    }
}
