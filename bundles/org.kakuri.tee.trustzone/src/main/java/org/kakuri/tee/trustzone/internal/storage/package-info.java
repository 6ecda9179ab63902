/** Secure storage: encrypted files that the normal world keeps, and a record in the RPMB that says which of them count. */
package org.kakuri.tee.trustzone.internal.storage;
