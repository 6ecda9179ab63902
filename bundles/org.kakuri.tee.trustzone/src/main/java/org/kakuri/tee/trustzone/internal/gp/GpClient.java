package org.kakuri.tee.trustzone.internal.gp;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.kakuri.api.Unsupported;
import org.kakuri.api.gp.Opened;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Origin;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.trustzone.internal.Events;
import org.kakuri.tee.trustzone.internal.TaOptions;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;
import org.kakuri.tee.trustzone.internal.TrustedAppRules;

/** A client application's connection. */
final class GpClient implements TeeClient {
    private final TrustZoneBackend backend;
    private final MachineModel machine;
    private final Applications applications;
    private final Pricing pricing;
    private final ExitHandler supplicant;
    private final ClientMemory memory;
    private final Consumer<GpClient> onClose;
    private final Set<GpSession> sessions = ConcurrentHashMap.newKeySet();

    GpClient(TrustZoneBackend backend, MachineModel machine, Applications applications, Pricing pricing,
            ExitHandler supplicant, Consumer<GpClient> onClose) {
        this.backend = backend;
        this.machine = machine;
        this.applications = applications;
        this.pricing = pricing;
        this.supplicant = supplicant;
        this.onClose = onClose;
        this.memory = new ClientMemory(machine, pricing);
    }

    @Override
    public Opened openSession(UUID destination, Operation operation) {
        operation.cancelled(false);
        Turns turns = applications.turns();
        if (!turns.take(destination, operation)) {
            return refused(ResultCode.CANCEL, Origin.TEE);
        }
        try {
            return openInTurn(destination, operation);
        } finally {
            turns.give(destination);
        }
    }

    /**
     * @rule TEE Internal Core API 1.3.1, instances and sessions: a single instance that takes one session only
     *       refuses the next with TEE_ERROR_BUSY; an unknown application is TEE_ERROR_ITEM_NOT_FOUND
     */
    private Opened openInTurn(UUID destination, Operation operation) {
        Optional<TaImage> image = applications.image(destination);
        if (image.isEmpty()) {
            memory.worlds().call(Events.TA_SESSION_OPEN, 1, 0);
            return refused(ResultCode.ITEM_NOT_FOUND, Origin.TEE);
        }
        boolean single = image.get().properties().singleInstance();
        Optional<LoadedApplication> loaded = single ? applications.single(destination) : Optional.empty();
        if (loaded.isPresent() && loaded.get().busy() && !loaded.get().properties().multiSession()) {
            memory.worlds().call(Events.TA_SESSION_OPEN, 1, 0);
            return refused(ResultCode.BUSY, Origin.TEE);
        }
        AppParams params = AppParams.of(operation, memory);
        if (params == null) {
            return refused(ResultCode.BAD_PARAMETERS, Origin.API);
        }
        try (params) {
            LoadedApplication application = loaded.isPresent() ? loaded.get() : load(image.get());
            if (single) {
                applications.single(destination, application);
            }
            var session = new GpSession(this, application, new AppSession());
            sessions.add(session);
            Returned returned = session.open(operation, params);
            if (!returned.success()) {
                sessions.remove(session);
                application.unload();
                return new Opened(returned, Optional.empty());
            }
            return new Opened(returned, Optional.of(session));
        } catch (Unsupported _) {
            memory.worlds().call(Events.TA_SESSION_OPEN, 1, 0);
            return refused(ResultCode.OUT_OF_MEMORY, Origin.TEE);
        }
    }

    private LoadedApplication load(TaImage image) {
        UUID uuid = image.properties().uuid();
        var rules = new TrustedAppRules(backend.platform(machine), TaOptions.of(Map.of()), uuid, false);
        var instance = backend.load(machine,
                new InstanceSpec(uuid.toString(), uuid, LoadedApplication.memoryBytes(image), pricing, Map.of()),
                rules);
        try {
            var application = new LoadedApplication(image, instance, rules);
            application.load(image);
            return application;
        } catch (RuntimeException e) {
            instance.close();
            throw e;
        }
    }

    private static Opened refused(ResultCode result, Origin origin) {
        return new Opened(new Returned(result, origin), Optional.empty());
    }

    Turns turns() {
        return applications.turns();
    }

    ExitHandler supplicant() {
        return supplicant;
    }

    ClientMemory memory() {
        return memory;
    }

    void forget(GpSession session) {
        sessions.remove(session);
    }

    void unloaded(LoadedApplication application) {
        applications.forget(application.properties().uuid(), application);
    }

    @Override
    public SharedBlock allocate(long bytes, boolean input, boolean output) {
        return block(memory.instance().share(bytes), bytes, input, output);
    }

    @Override
    public SharedBlock register(int descriptor, long bytes, boolean input, boolean output) {
        return block(memory.instance().register(descriptor, bytes), bytes, input, output);
    }

    private static SharedBlock block(SharedMemory shared, long bytes, boolean input, boolean output) {
        try {
            return new SharedBlock(shared, bytes, input, output);
        } catch (IllegalArgumentException e) {
            shared.close();
            throw e;
        }
    }

    /** A call of its own into the TA OS, as OPTEE_MSG_CMD_CANCEL is: two switches. */
    @Override
    public void requestCancellation(Operation operation) {
        memory.worlds().smc();
        applications.turns().cancel(operation);
        memory.worlds().smc();
    }

    @Override
    public Ledger ledger() {
        return memory.instance().ledger();
    }

    /** One that cannot be destroyed cleanly does not save the others. */
    @Override
    public void terminate() {
        RuntimeException failure = null;
        for (GpSession session : sessions) {
            try {
                session.kill();
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        sessions.forEach(GpSession::close);
        memory.close();
        onClose.accept(this);
    }

    /** Destroys the applications of this client's sessions, and those of the machine that are kept alive. */
    void kill() {
        terminate();
        applications.kill();
    }

    /** Pages that a call maps are mapped for the application, and unmapped without a price of their own. */
    static void recordMapping(LoadedApplication application, AppParams params) {
        if (params.mappedPages() > 0) {
            application.rules()
                    .worlds()
                    .local(Events.SHM_MAP_PAGE, params.mappedPages(),
                            params.mappedPages() * PhysicalSpace.PAGE);
        }
    }
}
