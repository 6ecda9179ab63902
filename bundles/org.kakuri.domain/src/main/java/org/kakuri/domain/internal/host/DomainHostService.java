package org.kakuri.domain.internal.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.domain.internal.closure.BundleJar;
import org.kakuri.domain.internal.closure.JarStore;
import org.kakuri.domain.internal.closure.WiringClosure;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Starts domain hosts with the bundles that a backend and a runtime run on at this moment. */
@Component
public final class DomainHostService implements DomainHosts {
    private final BundleContext context;
    private final Path folder;
    private final JarStore jars;
    private final AtomicLong numbers = new AtomicLong();
    private final OpenHosts hosts = new OpenHosts();

    /** Whoever wants to see events; nobody where no machine model is. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile EventTraces traces;

    /** Takes a folder in the bundle's data area, which goes with the framework's cache. */
    @Activate
    public DomainHostService(BundleContext context) {
        this.context = context;
        this.folder = context.getDataFile("").toPath();
        this.jars = new JarStore(folder.resolve("jars"));
    }

    /** Ends the children that are left. */
    @Deactivate
    void stop() {
        hosts.close();
    }

    @Override
    public RuntimeSession open(String backend, long backendBundle, String runtime, long runtimeBundle, String host,
            RuntimeImage image, SessionSpec spec) {
        HostSettings settings = HostSettings.from(context::getProperty);
        List<BundleJar> bundles = WiringClosure
                .of(context, List.of(bundle(backendBundle, "backend " + backend),
                        bundle(runtimeBundle, "runtime " + runtime)), List.of(context.getBundle()))
                .stream()
                .map(jars::jarOf)
                .toList();
        String name = "domain host of session %s (tee=%s, runtime=%s)".formatted(spec.name(), backend, runtime);
        HostProcess process = HostProcess.start(start(name, settings, bundles, identity(spec)), settings);
        hosts.add(name, process);
        boolean opened = false;
        try {
            check(name, bundles, process.hello());
            trace(process);
            process.call(new Operation.Open(backend, runtime, host, image, spec.at(Placement.INLINE)));
            opened = true;
            return new RemoteSession(process);
        } finally {
            if (!opened) {
                hosts.remove(process);
                process.close();
            }
        }
    }

    /** A child tells its events from before its session opens, until nobody here listens any more. */
    private void trace(HostProcess process) {
        EventTraces wanting = traces;
        if (wanting != null && wanting.wanted()) {
            process.calls().onTraced(told -> {
                if (wanting.wanted()) {
                    wanting.forward(told.events(), told.dropped());
                } else {
                    process.calls().onTraced(_ -> {});
                    CompletableFuture.runAsync(() -> process.tell(new Message.Trace(false)));
                }
            });
            process.tell(new Message.Trace(true));
        }
    }

    private Bundle bundle(long id, String what) {
        Bundle bundle = context.getBundle(id);
        if (bundle == null) {
            throw new Gone(what + " is gone: its bundle " + id + " was uninstalled", "take a new lease", false);
        }
        return bundle;
    }

    private static boolean identity(SessionSpec spec) {
        return spec.hostCalls() instanceof SessionSpec.Local(boolean identity) && identity;
    }

    private HostProcess.Start start(String name, HostSettings settings, List<BundleJar> bundles, boolean identity) {
        Path own = folder.resolve("host-" + numbers.incrementAndGet());
        try {
            Files.createDirectories(own);
            Path list = own.resolve("bundles");
            Files.write(list, bundles.stream().map(jar -> jar.file().toString()).toList());
            List<String> arguments = new ArrayList<>(settings.arguments(own, list));
            if (identity) {
                arguments.addFirst(GuestSignals.JVM_OPTION);
            }
            return new HostProcess.Start(name, Path.of(System.getProperty("java.home"), "bin", "java"), arguments, own,
                    identity);
        } catch (IOException e) {
            HostProcess.delete(own);
            throw new KakuriException("cannot prepare the " + name + " in " + own + ": " + e,
                    "free space there, or point TMPDIR elsewhere", e);
        }
    }

    /** The child digested what it found; nothing was opened yet. */
    static void check(String name, List<BundleJar> sent, Message.Hello hello) {
        Set<Message.Jar> wanted = sent.stream()
                .map(jar -> new Message.Jar(jar.file().toString(), jar.sha256()))
                .collect(Collectors.toSet());
        Set<Message.Jar> found = Set.copyOf(hello.jars());
        if (!wanted.equals(found)) {
            String missing = wanted.stream()
                    .filter(jar -> !found.contains(jar))
                    .map(Message.Jar::toString)
                    .sorted()
                    .collect(Collectors.joining(", "));
            String other = found.stream()
                    .filter(jar -> !wanted.contains(jar))
                    .map(Message.Jar::toString)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new Refused("the " + name + " runs other bundles than were sent: missing [" + missing
                    + "], instead [" + other + "]", "do not change jars while they are in use");
        }
    }
}
