/** Issues certificates of drained storage nodes: their evidence from the journal, and the keys in files of the manager. */
@NullMarked
package io.rebalancer.manager.certificate;

import org.jspecify.annotations.NullMarked;
