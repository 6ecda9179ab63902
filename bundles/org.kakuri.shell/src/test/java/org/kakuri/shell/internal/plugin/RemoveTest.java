package org.kakuri.shell.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.runtime.Workbench.InUse;
import org.kakuri.api.tee.BackendInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

@Timeout(30)
class RemoveTest {
    private final List<String> uninstalled = new ArrayList<>();
    private final List<String> backends = new ArrayList<>(List.of("none"));
    private final List<String> used = new ArrayList<>();
    private InUse inUse = InUse.DEFAULT;
    private final PluginCommands commands = new PluginCommands(workbench(), null, context());
    private String dist;

    @BeforeEach
    void dist() {
        dist = System.getProperty("kakuri.dist");
        System.setProperty("kakuri.dist", "/opt/kakuri/dist");
    }

    @AfterEach
    void restore() {
        if (dist == null) {
            System.clearProperty("kakuri.dist");
        } else {
            System.setProperty("kakuri.dist", dist);
        }
    }

    private static <T> T answering(Class<T> type, Map<String, Object> answers, List<String> calls) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (answers.containsKey(method.getName())) {
                        return answers.get(method.getName());
                    }
                    calls.add(method.getName() + " " + answers.get("getSymbolicName"));
                    return null;
                }));
    }

    private Workbench workbench() {
        return (Workbench) Proxy.newProxyInstance(RemoveTest.class.getClassLoader(), new Class<?>[] {Workbench.class},
                (self, method, arguments) -> switch (method.getName()) {
                case "backends" -> backends.stream()
                        .map(name -> new BackendInfo(name, "", "any", BackendInfo.Inner.USER, Set.of(), Map.of(),
                                Optional.empty(), Map.of(), Map.of(), List.of()))
                        .toList();
                case "runtimes" -> List.of(
                        new RuntimeInfo("wasm", "", Set.of(), Set.of(), 1, Map.of(), Map.of()));
                case "inUse" -> inUse;
                default -> {
                    used.add(method.getName() + " " + arguments[0]);
                    yield inUse;
                }
                });
    }

    private Bundle bundle(long id, String name, String location, String... backends) {
        ServiceReference<?>[] services = List.of(backends)
                .stream()
                .map(backend -> (ServiceReference<?>) Proxy.newProxyInstance(RemoveTest.class.getClassLoader(),
                        new Class<?>[] {ServiceReference.class},
                        (self, method, arguments) -> "kakuri.tee.name".equals(arguments[0]) ? backend : null))
                .toArray(ServiceReference<?>[]::new);
        return answering(Bundle.class, Map.of("getBundleId", id, "getSymbolicName", name, "getLocation", location,
                "getRegisteredServices", services, "getVersion", new Version("1.2.0")), uninstalled);
    }

    private BundleContext context() {
        Bundle[] bundles = {bundle(0, "org.apache.felix.framework", "System Bundle"),
            bundle(1, "org.kakuri.tee.none", "reference:file:///opt/kakuri/dist/bundles/none.jar", "none"),
            bundle(2, "org.kakuri.plugin.mybox", "reference:file:///tmp/updates/mybox@12.jar", "my-box")};
        return answering(BundleContext.class, Map.of("getBundles", bundles), new ArrayList<>());
    }

    @Test
    void takesTheNameOfTheBackendOrOfItsBundle() throws Exception {
        assertEquals("org.kakuri.plugin.mybox 1.2.0 removed", commands.remove("my-box").text());
        commands.remove("org.kakuri.plugin.mybox");

        assertEquals(List.of("uninstall org.kakuri.plugin.mybox", "uninstall org.kakuri.plugin.mybox"), uninstalled);
    }

    @Test
    void putsTheDefaultInUseAndSaysSo() throws Exception {
        inUse = new InUse("my-box", "wasm");

        assertEquals(List.of("backend my-box was in use; none is from now on"), commands.remove("my-box").notes());

        assertEquals(List.of("useBackend none"), used);
    }

    @Test
    void saysWhatToDoWhereTheDefaultIsMissingToo() throws Exception {
        inUse = new InUse("my-box", "wasm");
        backends.clear();

        assertEquals(List.of("backend my-box was in use, and none is not there either; choose another: tee:use"),
                commands.remove("my-box").notes());
        assertEquals(List.of(), used);
    }

    @Test
    void leavesInUseWhatIsThere() throws Exception {
        backends.add("other");
        inUse = new InUse("other", "wasm");

        assertEquals(List.of(), commands.remove("my-box").notes());
        assertEquals(List.of(), used);
    }

    @Test
    void leavesWhatTheWorkbenchStartedWith() {
        for (String name : List.of("none", "org.kakuri.tee.none", "org.apache.felix.framework", "nothing")) {
            assertEquals("no installed bundle named " + name,
                    assertThrows(UsageError.class, () -> commands.remove(name)).getMessage());
        }
        assertEquals(List.of(), uninstalled);
    }
}
