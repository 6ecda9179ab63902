package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.Outcome;
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

    @TempDir
    Path folder;

    private String run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            return result == null ? "" : session.format(result, Converter.INSPECT).toString();
        }
    }

    /** Runs a shell command that finds the guest's /proc, and its files, and returns what it wrote. */
    private String outside(String runtime, String script) throws Exception {
        Path out = folder.resolve("out");
        Path files = Files.createDirectories(folder.resolve("files"));
        String options = runtime.equals("scone") ? "--option heap=1m" : "";
        Object ended = execute(
                "scw:run --runtime %s --tee none --memory 64m %s --files %s -- /bin/sh -c '%s'".formatted(
                        runtime, options, files,
                        "{ " + script.replace("FILES", files.toString()) + "; } >" + out + " 2>&1"));
        assertEquals(0, ((Outcome) ended).exitCode(), () -> runtime + ": " + script);
        return Files.readString(out, StandardCharsets.ISO_8859_1);
    }

    private Object execute(String line) throws Exception {
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(), OutputStream.nullOutputStream())) {
            return session.execute(line);
        }
    }

    /** Rows without the tool itself, C and TIME, which are others at each moment, and what a kernel worker did last. */
    private static String rows(String text, String kind) {
        return text.lines()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .filter(line -> line.matches(kind) && !line.contains("ps -ef"))
                .map(line -> line.replaceFirst("^(\\S+ \\S+ \\S+) \\S+ (\\S+ \\S+) \\d\\d:\\d\\d:\\d\\d", "$1 $2"))
                .map(line -> line.replaceFirst("\\[(kworker/[^-+\\]]*)[-+][^]]*\\]", "[$1]"))
                .collect(Collectors.joining("\n"));
    }

    private void unmodifiedToolsSeeTheGuest() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ps")) && Files.isExecutable(Path.of("/usr/bin/netstat")),
                "no ps or netstat");
        for (String runtime : List.of("plain", "scone", "occlum")) {
            String seen = outside(runtime, "ps -ef; netstat -an");
            String own = run("vm:console itest -- \"COLUMNS=200 /real/ps -ef; /real/netstat -an\"");
            assertEquals(rows(own, "(root|www-data) .*"), rows(seen, "(root|www-data) .*"), runtime);
            assertEquals(rows(own, "(tcp|udp).*"), rows(seen, "(tcp|udp).*"), runtime);
            assertTrue(rows(seen, "(tcp|udp).*").contains("127.0.0.1:80 "), seen);
        }
        assertEquals(143,
                ((Outcome) execute("scw:run --runtime plain --tee none -- sh -c 'kill -TERM $$'")).exitCode());
        chkrootkitFindsAnInfectedProgram();
    }

    private void chkrootkitFindsAnInfectedProgram() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/chkrootkit")), "no chkrootkit");
        for (String runtime : List.of("plain", "occlum")) {
            assertTrue(outside(runtime, "chkrootkit -r FILES tcpd").matches("(?s).*tcpd'\\.+ +INFECTED\\s*"));
        }
        run("vm:console itest -- \"echo harmless, and nobody looks for it >/usr/sbin/tcpd\"");
        assertEquals("", outside("scone", "chkrootkit -q -r FILES tcpd"));
        assertTrue(outside("plain", "chkrootkit -r FILES tcpd").matches("(?s).*tcpd'\\.+ +not infected\\s*"));
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
        Path infected = Files.writeString(folder.resolve("tcpd"),
                "not a program: p1r0c4 is what chkrootkit looks for\n");
        try {
            run("vm:start itest --accel tcg --file usr/sbin/tcpd=" + infected);
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
        unmodifiedToolsSeeTheGuest();
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
