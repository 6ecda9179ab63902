package org.kakuri.tee.trustzone.internal.gp;

import java.util.function.Supplier;
import org.kakuri.api.WrongState;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.TaSession;
import org.kakuri.api.tee.Inside;

/** A session as its application sees it. Used on the thread that has the application's turn. */
final class AppSession implements TaSession {
    private Object context;
    private Inside inside;
    private Operation operation;
    private boolean masked = true;

    /** Says which operation is under way, null for none. */
    void operation(Operation current) {
        operation = current;
    }

    ResultCode during(Inside current, Supplier<ResultCode> call) {
        inside = current;
        masked = true;
        try {
            return call.get();
        } finally {
            inside = null;
        }
    }

    @Override
    public Inside inside() {
        if (inside == null) {
            throw new WrongState("no call of this session is under way", "use it during an entry point only");
        }
        return inside;
    }

    @Override
    public Object context() {
        return context;
    }

    @Override
    public void context(Object kept) {
        context = kept;
    }

    @Override
    public boolean cancelled() {
        return !masked && operation != null && operation.cancelled();
    }

    @Override
    public void maskCancellation(boolean now) {
        masked = now;
    }
}
