package org.kakuri.system.tzmediator.internal.ta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.SessionSpec.Mediated;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;

/**
 * A TA's place in the secure world, before it runs: call page, lease, and a session in a domain host of its own. The page is there at
 * once; {@link #session} opens the rest, unless that was done beforehand.
 */
final class World implements AutoCloseable {
    private static final long PAGE_DATA = 256 * 1024;

    private final TaSpec spec;
    private final RuntimeImage image;
    private final Lease lease;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final MemFd file;
    private final SharedMapping memory;
    private final CallPage page;
    private Optional<RuntimeSession> session = Optional.empty();

    World(TaSpec spec, Workbench workbench, Deadline deadline) {
        this.spec = spec;
        this.image = TaRegistry.image(spec);
        this.lease = own(TaLease.take(workbench, spec, deadline));
        try {
            this.file = own(MemFd.create("call page", CallPageLayout.bytes(PAGE_DATA)));
            file.sealSize();
            this.memory = own(file.map());
            this.page = CallPage.create(memory.segment());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    Lease lease() {
        return lease;
    }

    MemFd file() {
        return file;
    }

    SharedMapping memory() {
        return memory;
    }

    CallPage page() {
        return page;
    }

    /** Returns the session, opened now if it is not yet. */
    synchronized RuntimeSession session() {
        if (session.isEmpty()) {
            session = Optional.of(own(lease.open(image, new SessionSpec("TA " + spec.name(), Placement.DOMAIN,
                    spec.memoryBytes(), Pricing.NONE,
                    new Mediated(new Descriptor(file.fd().number()), file.size(), spec.style().calls(),
                            spec.style().trusted(), Optional.empty()),
                    Map.of()))));
        }
        return session.get();
    }

    /** Returns whether its domain host answers. */
    boolean alive() {
        try {
            session().ledger();
            return true;
        } catch (KakuriException gone) {
            return false;
        }
    }

    /** Returns whether it is still good for this TA: registered as it was then, and alive. */
    boolean serves(TaSpec wanted) {
        return spec.equals(wanted) && TaRegistry.image(wanted).equals(image) && alive();
    }

    @Override
    public void close() {
        for (AutoCloseable resource : owned.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                System.getLogger(World.class.getName())
                        .log(System.Logger.Level.WARNING, "a TA left something behind: " + resource, e);
            }
        }
        owned.clear();
    }
}
