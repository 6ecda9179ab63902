package org.kakuri.tee.sgx.internal;

/** Error codes of the instructions, as they return them in RAX. @rule Intel SDM vol. 3D, table 41-3 */
enum SgxError {
    SGX_INVALID_SIG_STRUCT(1), SGX_INVALID_ATTRIBUTE(2), SGX_BLKSTATE(3), SGX_INVALID_MEASUREMENT(4),
    SGX_NOTBLOCKABLE(5), SGX_PG_INVLD(6), SGX_INVALID_SIGNATURE(8), SGX_MAC_COMPARE_FAIL(9),
    SGX_PAGE_NOT_BLOCKED(10), SGX_NOT_TRACKED(11), SGX_VA_SLOT_OCCUPIED(12), SGX_CHILD_PRESENT(13),
    SGX_ENCLAVE_ACT(14), SGX_PREV_TRK_INCMPL(17), SGX_PG_IS_SECS(18), SGX_INVALID_CPUSVN(32), SGX_INVALID_ISVSVN(64),
    SGX_INVALID_KEYNAME(256);

    private final int code;

    SgxError(int code) {
        this.code = code;
    }

    /** Returns the number. */
    int code() {
        return code;
    }

    @Override
    public String toString() {
        return name() + " (" + code + ")";
    }
}
