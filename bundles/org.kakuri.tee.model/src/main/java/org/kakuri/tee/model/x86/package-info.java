/**
 * What x86-64 machines have beside memory: the enclave page cache of SGX with its map. It belongs to the machine, so
 * that all enclaves of all backends compete for it; the instructions that change it are a backend's.
 */
@Export
@Version("1.0.0")
package org.kakuri.tee.model.x86;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
