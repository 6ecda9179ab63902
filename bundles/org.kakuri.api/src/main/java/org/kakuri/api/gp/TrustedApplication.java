package org.kakuri.api.gp;

import org.kakuri.api.tee.Inside;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The entry points of a trusted application written in Java. One object is one instance; its entry points are called one at
 * a time. An exception is a panic: the instance dies and its clients get {@link ResultCode#TARGET_DEAD}.
 *
 * @rule TEE Internal Core API 1.3.1, TA interface
 */
@ConsumerType
public interface TrustedApplication {
    /**
     * TA_CreateEntryPoint.
     *
     * @param inside valid during the call only
     */
    default ResultCode createEntryPoint(Inside inside) {
        return ResultCode.SUCCESS;
    }

    /** TA_OpenSessionEntryPoint. */
    default ResultCode openSession(TaSession session, TaParams params) {
        return ResultCode.SUCCESS;
    }

    /** TA_InvokeCommandEntryPoint. */
    ResultCode invokeCommand(TaSession session, int command, TaParams params);

    /** TA_CloseSessionEntryPoint. */
    default void closeSession(TaSession session) {}

    /** TA_DestroyEntryPoint. */
    default void destroyEntryPoint() {}
}
