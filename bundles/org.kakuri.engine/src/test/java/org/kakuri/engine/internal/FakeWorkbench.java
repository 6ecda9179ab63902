package org.kakuri.engine.internal;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;

/** Core with the backends none and trustzone and the runtimes plain and wasm, which lends nothing. */
final class FakeWorkbench {
    private static final List<BackendInfo> BACKENDS = Stream.of("none", "trustzone")
            .map(name -> new BackendInfo(name, name, "any", BackendInfo.Inner.USER, Set.of(), Map.of(),
                    Optional.empty(), Map.of(), Map.of(), List.of()))
            .toList();
    private static final List<RuntimeInfo> RUNTIMES = Stream.of("plain", "wasm")
            .map(name -> new RuntimeInfo(name, name, Set.of(), Set.of(), 0, Map.of(), Map.of()))
            .toList();

    private FakeWorkbench() {}

    static Workbench create() {
        return (Workbench) Proxy.newProxyInstance(Workbench.class.getClassLoader(), new Class<?>[] {Workbench.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                case "backends" -> BACKENDS;
                case "runtimes" -> RUNTIMES;
                case "backend" -> BACKENDS.stream()
                        .filter(each -> each.name().equals(arguments[0]))
                        .findFirst()
                        .orElseThrow(() -> new UsageError("there is no backend " + arguments[0], "see tee:list"));
                case "runtime" -> RUNTIMES.stream()
                        .filter(each -> each.name().equals(arguments[0]))
                        .findFirst()
                        .orElseThrow(() -> new UsageError("there is no runtime " + arguments[0], "see rt:list"));
                case "inUse" -> new Workbench.InUse("none", "plain");
                default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
