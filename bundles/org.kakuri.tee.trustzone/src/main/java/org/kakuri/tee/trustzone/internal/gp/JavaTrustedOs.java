package org.kakuri.tee.trustzone.internal.gp;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Gone;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** The TA OS as far as applications in Java are concerned. */
public final class JavaTrustedOs implements TrustedOs, AutoCloseable {
    private final TrustZoneBackend backend;
    private final Set<GpClient> clients = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param backend makes the instances
     */
    public JavaTrustedOs(TrustZoneBackend backend) {
        this.backend = backend;
    }

    @Override
    public Installation install(Machine machine, TaImage image) {
        Applications applications = applications(machine);
        applications.install(image);
        return () -> applications.remove(image);
    }

    @Override
    public TeeClient connect(Machine machine, Pricing pricing, ExitHandler supplicant) {
        if (closed) {
            throw new Gone("the backend trustzone was stopped", "take a new lease", false);
        }
        backend.platform(machine);
        var client = new GpClient(backend, MachineModel.of(machine, Machine.ARM), applications(machine), pricing,
                Objects.requireNonNull(supplicant), clients::remove);
        clients.add(client);
        return client;
    }

    /** Destroys every application that a client loaded, calls under way or not, then ends the clients. */
    @Override
    public void close() {
        closed = true;
        clients.forEach(GpClient::kill);
        clients.forEach(GpClient::close);
    }

    private static Applications applications(Machine machine) {
        return MachineModel.of(machine, Machine.ARM).facility(Applications.class, Applications::new);
    }
}
