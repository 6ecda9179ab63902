package org.kakuri.runtime.wasm.internal;

import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.ring.CorruptPage;
import org.kakuri.platform.linux.ring.PageClosed;
import org.kakuri.platform.linux.ring.PeerGone;
import org.kakuri.runtime.wasm.internal.engine.WasmImage;
import run.endive.runtime.TrapException;
import run.endive.runtime.WasmInterruptedException;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.WasmEngineException;

/** A guest ended because of what it, or who serves it, did. The message is the reason, for people. */
final class GuestFault extends Exception {
    private static final long serialVersionUID = 1;

    private GuestFault(String reason, Throwable cause) {
        super(reason, cause);
    }

    /** Returns the fault that something thrown by guest code stands for. */
    static GuestFault of(Throwable thrown) {
        return new GuestFault(switch (thrown) {
        case PageClosed closed -> "the mediator closed the call page";
        case PeerGone gone -> "the mediator is gone";
        case CorruptPage corrupt -> "the mediator broke the call protocol: " + corrupt.field() + "=" + corrupt.value();
        case StackOverflowError deep -> "trap: call stack exhausted";
        case InternalError cut -> "trap: shared memory ends before its mapping: somebody made the file smaller";
        case OutOfMemoryError full -> "the engine ran out of Java heap: " + full.getMessage();
        case UninstantiableException start -> "cannot start: " + WasmImage.oneLine(start);
        case WasmInterruptedException interrupted -> "interrupted";
        case TrapException trap -> "trap: " + WasmImage.oneLine(trap);
        case WasmRuntimeException trap -> "trap: " + WasmImage.oneLine(trap);
        case WasmEngineException engine when engine.getCause() instanceof StackOverflowError ->
            "trap: call stack exhausted";
        case WasmEngineException engine -> "trap: " + WasmImage.oneLine(engine);
        case KakuriException known -> WasmImage.oneLine(known);
        default -> "runtime failed: " + thrown.getClass().getSimpleName() + ": " + WasmImage.oneLine(thrown);
        }, thrown);
    }
}
