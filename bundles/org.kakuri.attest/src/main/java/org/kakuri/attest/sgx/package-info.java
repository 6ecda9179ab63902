/**
 * Formats of Intel SGX: the measurement of an enclave from its image, SIGSTRUCT, reports and quotes. Written against the
 * specifications and not against a backend, so that what it says of an enclave is not the enclave's own word; backends write with
 * it what verifiers read. Everything here refuses hostile bytes by {@link org.kakuri.attest.sgx.SgxRefused}, and nothing
 * else; what is not marked otherwise is immutable.
 */
@Export
@Version("1.0.0")
package org.kakuri.attest.sgx;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
