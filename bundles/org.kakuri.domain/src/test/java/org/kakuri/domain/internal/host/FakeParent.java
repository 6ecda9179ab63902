package org.kakuri.domain.internal.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.domain.internal.child.FakeChild;
import org.kakuri.domain.internal.wire.Operation;

/** A workbench that is killed: starts a domain host and a guest, prints the host's number, and waits. */
public final class FakeParent {
    private FakeParent() {}

    /** Takes a folder for temporary files. */
    public static void main(String[] arguments) throws Exception {
        Path own = Files.createDirectory(Path.of(arguments[0]));
        HostSettings settings = new HostSettings(System.getProperty("java.class.path"), 64, Duration.ofMillis(50),
                Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(10), Map.of());
        List<String> all = settings.arguments(own, own.resolve("list"));
        List<String> child = new ArrayList<>(all.subList(0, all.indexOf("org.kakuri.launcher.Main")));
        child.addAll(List.of(FakeChild.class.getName(), "good"));
        HostProcess host = HostProcess.start(new HostProcess.Start("domain host",
                Path.of(System.getProperty("java.home"), "bin", "java"), child, own), settings);
        host.hello();
        host.call(new Operation.Open("fake", "fake", "host-a",
                new RuntimeImage(RuntimeImage.Kind.WASM, Path.of("/fake")), SessionSpec.inline("t", 1)));
        new RemoteSession(host).spawn(new Command(List.of("run"), Map.of(), List.of(), Map.of()));
        System.out.println(host.pid());
        new CountDownLatch(1).await();
    }
}
