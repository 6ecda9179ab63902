/** What an attack observed, and what may be concluded from it. Knows no session and no backend. */
package org.kakuri.system.attacks.internal.verdict;
