package org.kakuri.engine.internal.guest;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.runtime.plain.internal.PlainRuntime;

/**
 * Core with the backends none and trustzone and the runtime plain, whose processes are real. Each guest adds three events SMC to
 * the session's ledger, so that counting can be seen.
 */
public final class PlainBench {
    public static final int EVENTS = 3;
    public final AtomicInteger leases = new AtomicInteger();
    public final AtomicInteger sessions = new AtomicInteger();
    public final AtomicLong guests = new AtomicLong();
    private final PlainRuntime plain = new PlainRuntime();
    private final List<BackendInfo> backends = Stream.of("none", "trustzone")
            .map(name -> new BackendInfo(name, name, "any", BackendInfo.Inner.USER,
                    name.equals("none") ? Set.of() : Set.of(Capability.CONFIDENTIALITY), Map.of(),
                    Optional.empty(), Map.of(), Map.of(), List.of()))
            .toList();

    /** Returns core. */
    public Workbench workbench() {
        return proxy(Workbench.class, (method, arguments) -> switch (method) {
        case "backends" -> backends;
        case "runtimes" -> List.of(plain.info());
        case "backend" -> backend((String) arguments[0]);
        case "runtime" -> plain.info();
        case "inUse" -> new Workbench.InUse("none", "plain");
        case "lease" -> lease((Selector) arguments[0]);
        default -> throw new UnsupportedOperationException(method);
        });
    }

    private BackendInfo backend(String name) {
        return backends.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    private Lease lease(Selector selector) {
        BackendInfo backend = backend(selector.backend().orElseThrow());
        Cell cell = plain.cell(backend);
        if (!cell.applicable()) {
            throw new Unsupported("runtime plain on backend " + backend.name() + " means nothing: " + cell.meaning(),
                    "");
        }
        leases.incrementAndGet();
        return proxy(Lease.class, (method, arguments) -> switch (method) {
        case "backend" -> backend;
        case "runtime" -> plain.info();
        case "cell" -> cell;
        case "open" -> session(backend, (RuntimeImage) arguments[0], (SessionSpec) arguments[1]);
        case "close" -> leases.decrementAndGet();
        default -> throw new UnsupportedOperationException(method);
        });
    }

    private RuntimeSession session(BackendInfo backend, RuntimeImage image, SessionSpec spec) {
        BackendLease lent = proxy(BackendLease.class, (method, arguments) -> backend);
        RuntimeSession real = plain.open(lent, image, spec);
        sessions.incrementAndGet();
        return proxy(RuntimeSession.class, (method, arguments) -> switch (method) {
        case "spawn" -> {
            guests.incrementAndGet();
            yield real.spawn((org.kakuri.api.runtime.Command) arguments[0]);
        }
        case "ledger" -> LedgerSnapshot.of(new TreeMap<>(
                Map.of("SMC", new EventCount(EVENTS * guests.get(), 0, Observability.EXACT))));
        case "close" -> {
            real.close();
            yield null;
        }
        default -> throw new UnsupportedOperationException(method);
        });
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> {
                    Object result = answer.to(method.getName(), arguments);
                    return method.getReturnType() == void.class ? null : result;
                }));
    }
}
