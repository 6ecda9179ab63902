package org.kakuri.tee.trustzone.internal.gp;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.kakuri.api.Unsupported;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Origin;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.tee.Ledger;

/** A client's session. */
final class GpSession implements ClientSession {
    private final GpClient client;
    private final LoadedApplication application;
    private final AppSession session;
    private final AtomicBoolean closed = new AtomicBoolean();

    GpSession(GpClient client, LoadedApplication application, AppSession session) {
        this.client = client;
        this.application = application;
        this.session = session;
    }

    /** Opens it; the caller has the turn of the application's UUID, and nobody else knows the session. */
    Returned open(Operation operation, AppParams params) {
        if (!client.turns().take(application, operation)) {
            return new Returned(ResultCode.CANCEL, Origin.TEE);
        }
        try {
            return inTurn(operation, params, () -> application.open(session, params, client.supplicant()));
        } finally {
            client.turns().give(application);
        }
    }

    @Override
    public Returned invoke(int command, Operation operation) {
        if (closed.get()) {
            return new Returned(ResultCode.BAD_STATE, Origin.API);
        }
        operation.cancelled(false);
        AppParams params;
        try {
            params = AppParams.of(operation, client.memory());
        } catch (Unsupported _) {
            return new Returned(ResultCode.OUT_OF_MEMORY, Origin.API);
        }
        if (params == null) {
            return new Returned(ResultCode.BAD_PARAMETERS, Origin.API);
        }
        try (params) {
            if (!client.turns().take(application, operation)) {
                return new Returned(ResultCode.CANCEL, Origin.TEE);
            }
            try {
                return inTurn(operation, params,
                        () -> application.invoke(session, command, params, client.supplicant()));
            } finally {
                client.turns().give(application);
            }
        }
    }

    private Returned inTurn(Operation operation, AppParams params, Supplier<Returned> call) {
        if (!application.alive()) {
            return new Returned(ResultCode.TARGET_DEAD, Origin.TEE);
        }
        GpClient.recordMapping(application, params);
        session.operation(operation);
        try {
            Returned returned = call.get();
            if (returned.origin() == Origin.TRUSTED_APP) {
                params.writeBack();
            }
            return returned;
        } finally {
            session.operation(null);
            if (!application.alive()) {
                client.unloaded(application);
            }
        }
    }

    /** Destroys the application, whether a call is under way or not. */
    void kill() {
        application.instance().close();
    }

    @Override
    public Ledger ledger() {
        return application.instance().ledger();
    }

    /**
     * Has the turn of the UUID as well: nobody opens a session with an instance that goes. A dead application is not waited for,
     * because the host may still be busy with what it asked for.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!application.alive()) {
            client.unloaded(application);
            client.forget(this);
            return;
        }
        Object uuid = application.properties().uuid();
        client.turns().takeAlways(uuid);
        client.turns().takeAlways(application);
        try {
            application.close(session, client.supplicant());
            if (!application.alive()) {
                client.unloaded(application);
            }
        } finally {
            client.turns().give(application);
            client.turns().give(uuid);
            client.forget(this);
        }
    }
}
