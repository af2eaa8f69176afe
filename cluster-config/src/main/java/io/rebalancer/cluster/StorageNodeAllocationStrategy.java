package io.rebalancer.cluster;

import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.concurrent.Future$;

/**
 * Places the agent of a storage node only on the member that carries that node's role. Without that member the
 * allocation fails and is tried again; the agent is never started on another node's disk.
 */
final class PinnedToStorageNode extends ShardCoordinator.AbstractShardAllocationStrategy {
    private final Cluster cluster;

    PinnedToStorageNode(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> currentShardAllocations) {
        for (Member member : cluster.state().getMembers()) {
            if (member.hasRole(Roles.storage(shardId))) {
                for (ActorRef region : currentShardAllocations.keySet()) {
                    if (addressOf(region).equals(member.address())) {
                        return Future$.MODULE$.successful(region);
                    }
                }
            }
        }
        return Future$.MODULE$.failed(new StorageNodeAbsent(shardId));
    }

    @Override
    public Future<Set<String>> rebalance(
            Map<ActorRef, IndexedSeq<String>> currentShardAllocations, Set<String> rebalanceInProgress) {
        return Future$.MODULE$.successful(Set.of());
    }

    private Address addressOf(ActorRef region) {
        Address address = region.path().address();
        return address.hasLocalScope() ? cluster.selfMember().address() : address;
    }

    /** Expected while an agent is down, hence without a stack trace. */
    private static final class StorageNodeAbsent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StorageNodeAbsent(String storageId) {
            super("no member of the cluster carries storage node " + storageId, null, false, false);
        }
    }
}
