/**
 * TEE backends and the modelled machine they run on. Implemented by backend bundles and by the machine model; a
 * research system reaches them only through a lease.
 */
@Export
@Version("1.2.0")
package org.kakuri.api.tee;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
