package org.kakuri.tee.model;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.memory.Zone;

/**
 * A modelled platform as backends see it: beside {@link Machine}, the registries that they share. Every machine starts with
 * the zone {@link Zone#RAM} and the facility {@link Fuses}; an architecture adds its own. Thread-safe.
 */
public final class MachineModel implements Machine {
    /** Event: a checker was switched off, so that what follows is a control run. */
    public static final String CHECKER_DISABLED = "CHECKER_DISABLED";
    /** Event: a checker was switched on again. */
    public static final String CHECKER_ENABLED = "CHECKER_ENABLED";

    private final String name;
    private final String architecture;
    private final EventRecorder recorder = EventRecorder.ofMachine();
    private final PhysicalSpace memory;
    private final AtomicLong identities = new AtomicLong();
    private final Object registry = new Object();
    private final Map<Class<?>, Object> facilities = new LinkedHashMap<>();
    private final Set<AutoCloseable> owned = new LinkedHashSet<>();
    private boolean closed;

    /**
     * Makes a machine with a root secret of its own.
     *
     * @param name for people
     * @param architecture one of the constants of {@link Machine}, or a third party's own
     */
    public MachineModel(String name, String architecture) {
        this(name, architecture, new Fuses(new SecureRandom()));
    }

    /**
     * Makes a machine that existed before.
     *
     * @param name for people
     * @param architecture as above
     * @param root its root secret, {@link Fuses#ROOT_BYTES} bytes, which are copied
     */
    public MachineModel(String name, String architecture, byte[] root) {
        this(name, architecture, new Fuses(root));
    }

    private MachineModel(String name, String architecture, Fuses fuses) {
        this.name = Objects.requireNonNull(name);
        this.architecture = Objects.requireNonNull(architecture);
        // The space must not hold the machine: who remembers something about a machine, and does so weakly, holds its space.
        EventRecorder own = recorder;
        this.memory = new PhysicalSpace((checker, on) -> own.record(on ? CHECKER_ENABLED : CHECKER_DISABLED));
        memory.define(Zone.RAM);
        facilities.put(Fuses.class, fuses);
    }

    /**
     * Returns the machine as backends see it.
     *
     * @param machine what core handed over
     * @param wanted the backend's architecture; {@link Machine#ANY} accepts every machine
     * @throws Unsupported if it is of another architecture or not a modelled machine
     */
    public static MachineModel of(Machine machine, String wanted) {
        if (!(machine instanceof MachineModel model)) {
            throw new Unsupported("not a modelled machine: machine=" + machine.name() + ", class="
                    + machine.getClass().getName(), "take one from the Machines service");
        }
        if (!wanted.equals(ANY) && !wanted.equals(model.architecture)) {
            throw new Unsupported("machine has another architecture: machine=" + model.name + ", architecture="
                    + model.architecture + ", wanted=" + wanted, "take a machine of architecture " + wanted);
        }
        return model;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public PhysicalSpace memory() {
        return memory;
    }

    /** Returns the recorder of the machine's own ledger, for events that belong to no instance. */
    public EventRecorder recorder() {
        return recorder;
    }

    /** Returns a recorder with a ledger of its own, for an instance; its events appear in the machine's ledger too. */
    public EventRecorder recorder(Pricing pricing) {
        return recorder.child(pricing);
    }

    @Override
    public Ledger ledger() {
        return recorder.ledger();
    }

    /** Returns an identity that no other instance of this machine has or had; the first is 1. */
    public long newIdentity() {
        return identities.incrementAndGet();
    }

    @Override
    public <T> Optional<T> facility(Class<T> type) {
        synchronized (registry) {
            return Optional.ofNullable(type.cast(facilities.get(type)));
        }
    }

    /**
     * Returns the facility of that type, made now if there is none yet. Backends of one architecture share it, so its class
     * belongs into a bundle that outlives each of them.
     *
     * @param make called at most once, under the machine's registry lock; may ask for other facilities
     * @throws WrongState if the machine is closed
     */
    public <T> T facility(Class<T> type, Supplier<? extends T> make) {
        synchronized (registry) {
            requireOpen("facility " + type.getSimpleName());
            Object known = facilities.get(type);
            if (known == null) {
                known = Objects.requireNonNull(make.get());
                facilities.put(type, known);
            }
            return type.cast(known);
        }
    }

    /**
     * Closes and forgets a facility, for a backend whose own classes it is made of and who goes. Instances that use it must
     * be gone.
     *
     * @return whether there was one
     * @throws KakuriException if it does not close
     */
    public boolean discard(Class<?> type) {
        Object gone;
        synchronized (registry) {
            gone = facilities.remove(type);
        }
        if (gone instanceof AutoCloseable closeable) {
            var failures = new ArrayList<Exception>();
            closeQuietly(closeable, failures);
            if (!failures.isEmpty()) {
                throw new KakuriException("facility did not close: machine=" + name + ", facility="
                        + type.getSimpleName() + ": " + failures.getFirst().getMessage(), "", failures.getFirst());
            }
        }
        return gone != null;
    }

    /**
     * Takes note of something that must be closed before the machine goes, such as an instance.
     *
     * @throws WrongState if the machine is closed
     */
    public void adopt(AutoCloseable instance) {
        synchronized (registry) {
            requireOpen("an instance");
            owned.add(instance);
        }
    }

    /** Forgets what {@link #adopt} noted. */
    public void release(AutoCloseable instance) {
        synchronized (registry) {
            owned.remove(instance);
        }
    }

    /** Returns whether {@link #close} was called. */
    public boolean isClosed() {
        synchronized (registry) {
            return closed;
        }
    }

    private void requireOpen(String what) {
        if (closed) {
            throw new WrongState("machine is closed: machine=" + name + ", wanted=" + what, "take a new machine");
        }
    }

    @Override
    public void close() {
        List<AutoCloseable> going;
        synchronized (registry) {
            if (closed) {
                return;
            }
            closed = true;
            going = new ArrayList<>(owned).reversed();
        }
        var failures = new ArrayList<Exception>();
        going.forEach(instance -> closeQuietly(instance, failures));
        List<Object> last;
        synchronized (registry) {
            last = new ArrayList<>(facilities.values()).reversed();
            facilities.clear();
            owned.clear();
        }
        closeQuietly(memory::scrub, failures);
        for (Object facility : last) {
            if (facility instanceof AutoCloseable closeable) {
                closeQuietly(closeable, failures);
            }
        }
        if (!failures.isEmpty()) {
            var failure = new KakuriException(
                    "machine " + name + " did not close cleanly: " + failures.getFirst().getMessage(),
                    "its memory and secrets are gone nevertheless", failures.getFirst());
            failures.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private static void closeQuietly(AutoCloseable what, List<Exception> failures) {
        try {
            what.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failures.add(e);
        } catch (Exception e) {
            failures.add(e);
        }
    }

    @Override
    public String toString() {
        return name + " (" + architecture + ")";
    }
}
