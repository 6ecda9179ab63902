package org.kakuri.domain.internal.closure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Unsupported;
import org.osgi.framework.Bundle;

@Timeout(60)
class WiringClosureTest {
    private static final String EXTENDER = "osgi.extender;filter:=\"(osgi.extender=ds)\"";

    @TempDir
    Path folder;

    private TestBundles bundles;

    @BeforeEach
    void startFramework() throws Exception {
        bundles = new TestBundles(folder);
    }

    @AfterEach
    void stopFramework() throws Exception {
        bundles.close();
    }

    private static String service(String name) {
        return "osgi.service;objectClass:List<String>=\"" + name + "\";effective:=active";
    }

    private static String wants(String name, String more) {
        return "osgi.service;filter:=\"(objectClass=" + name + ")\";effective:=active" + more;
    }

    private List<String> closure(List<Bundle> inUse, Bundle... infrastructure) {
        return WiringClosure.of(bundles.framework().getBundleContext(), inUse, List.of(infrastructure))
                .stream()
                .map(Bundle::getSymbolicName)
                .toList();
    }

    @Test
    void followsWiresAndServicesAndLeavesTheRest() throws Exception {
        bundles.install("unused", "Import-Package: api");
        Bundle api = bundles.install("api", "Export-Package: api");
        Bundle library = bundles.install("library", "Export-Package: library");
        Bundle nice = bundles.install("nice", "Export-Package: nice");
        Bundle shell = bundles.install("shell", "Export-Package: shell");
        Bundle extender = bundles.install("extender", "Provide-Capability: osgi.extender;osgi.extender=ds",
                "Import-Package: shell;resolution:=optional");
        Bundle model = bundles.install("model", "Provide-Capability: " + service("Machines"));
        Bundle backend = bundles.install("backend", "Import-Package: api,nice;resolution:=optional",
                "Require-Capability: " + EXTENDER, "Provide-Capability: " + service("Backend"));
        Bundle other = bundles.install("other", "Import-Package: api", "Provide-Capability: " + service("Backend"));
        Bundle runtime = bundles.install("runtime", "Import-Package: api", "Require-Bundle: library");
        Bundle core = bundles.install("core", "Import-Package: api,shell;resolution:=optional",
                "Require-Capability: " + wants("Machines", "") + "," + wants("Backend", ";cardinality:=multiple") + ","
                        + wants("Absent", ";resolution:=optional"));
        bundles.start(List.of(api, library, nice, shell, extender, model, other, backend, runtime, core));

        assertEquals(List.of("api", "library", "nice", "extender", "model", "backend", "runtime", "core"),
                closure(List.of(backend, runtime), core));
    }

    @Test
    void takesFragmentsAlong() throws Exception {
        Bundle backend = bundles.install("backend");
        bundles.install("fragment", "Fragment-Host: backend");
        bundles.start(List.of(backend));

        assertEquals(List.of("backend", "fragment"), closure(List.of(backend)));
    }

    @Test
    void takesTheProviderThatIsStarted() throws Exception {
        bundles.install("stopped", "Provide-Capability: " + service("Machines"));
        Bundle started = bundles.install("started", "Provide-Capability: " + service("Machines"));
        Bundle core = bundles.install("core", "Require-Capability: " + wants("Machines", ""));
        bundles.start(List.of(started, core));

        assertEquals(List.of("started", "core"), closure(List.of(), core));
    }

    @Test
    void namesAServiceThatNobodyProvides() throws Exception {
        Bundle core = bundles.install("core", "Require-Capability: " + wants("Machines", ""));
        bundles.start(List.of(core));

        assertEquals("bundle core needs a service that no started bundle declares: (objectClass=Machines)",
                assertThrows(Unsupported.class, () -> closure(List.of(), core)).getMessage());
    }

    @Test
    void namesABundleThatIsNotResolved() throws Exception {
        Bundle backend = bundles.install("backend", "Import-Package: absent");

        assertEquals("bundle backend is not resolved, so nobody can run on it",
                assertThrows(Unsupported.class, () -> closure(List.of(backend))).getMessage());
    }
}
