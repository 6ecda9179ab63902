/**
 * What parent and child say to each other: frames of strict JSON on a UNIX stream socket, with descriptors alongside.
 */
package org.kakuri.domain.internal.wire;
