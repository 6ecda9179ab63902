/**
 * CBOR (RFC 8949) and COSE_Sign1 (RFC 9052) as far as attestation evidence needs them: integers of 64 bits, strings, arrays,
 * maps, tags, booleans and null. The writer is deterministic (RFC 8949, 4.2.1); the reader refuses everything of indefinite
 * length, duplicate keys, floating point and more than its limits. Used by verifiers, and by backends to write what
 * verifiers read; everything here is immutable and thread-safe.
 */
@Export
@Version("1.0.0")
package org.kakuri.attest.cose;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
