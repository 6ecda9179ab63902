package org.kakuri.tee.trustzone.internal.gp;

import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** The TA OS as far as applications in Java are concerned. */
public final class JavaTrustedOs implements TrustedOs {
    private final TrustZoneBackend backend;

    /**
     * @param backend makes the instances
     */
    public JavaTrustedOs(TrustZoneBackend backend) {
        this.backend = backend;
    }

    @Override
    public void install(Machine machine, TaImage image) {
        applications(machine).install(image);
    }

    @Override
    public TeeClient connect(Machine machine, Pricing pricing) {
        backend.platform(machine);
        return new GpClient(backend, MachineModel.of(machine, Machine.ARM), applications(machine), pricing);
    }

    private static Applications applications(Machine machine) {
        return MachineModel.of(machine, Machine.ARM).facility(Applications.class, Applications::new);
    }
}
