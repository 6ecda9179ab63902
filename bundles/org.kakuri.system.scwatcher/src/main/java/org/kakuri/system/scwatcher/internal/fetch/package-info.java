/** How the guest's memory gets into an enclave: pages, encrypted on the way, kept for one moment. */
package org.kakuri.system.scwatcher.internal.fetch;
