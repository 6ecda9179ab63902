/**
 * Observed memory: anonymous memory of a guest's process whose page faults are served here, by userfaultfd(2), so that a backend
 * with little protected memory can evict pages for real and load them again.
 */
package org.kakuri.runtime.libos.paging;
