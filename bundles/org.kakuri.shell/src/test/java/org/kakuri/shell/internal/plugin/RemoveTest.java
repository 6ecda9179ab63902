package org.kakuri.shell.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.UsageError;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

@Timeout(30)
class RemoveTest {
    private final List<String> uninstalled = new ArrayList<>();
    private final PluginCommands commands = new PluginCommands(null, null, context());
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
    void leavesWhatTheWorkbenchStartedWith() {
        for (String name : List.of("none", "org.kakuri.tee.none", "org.apache.felix.framework", "nothing")) {
            assertEquals("no installed bundle named " + name,
                    assertThrows(UsageError.class, () -> commands.remove(name)).getMessage());
        }
        assertEquals(List.of(), uninstalled);
    }
}
