package org.kakuri.tee.sgx.internal;

import org.kakuri.tee.model.x86.EpcmEntry;

/**
 * What EWB leaves in ordinary memory: the encrypted page with its MAC, and PCMD. The version lies in the EPC.
 *
 * @rule Intel SDM vol. 3D, EWB; 38.12 (PCMD)
 * @param entry SECINFO and the enclave's address: not secret, but under the MAC
 * @param slot where the version lies
 * @param bytes ciphertext and MAC
 */
record EvictedPage(EpcmEntry entry, VersionArrays.Slot slot, byte[] bytes) {}
