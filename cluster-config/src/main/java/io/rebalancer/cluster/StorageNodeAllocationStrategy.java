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
 * Allocates the shard of a storage node's agent to the member that carries the role of that node. If the cluster has no
 * such member, the allocation fails and sharding retries it: an agent never starts beside the disk of another node.
 */
final class StorageNodeAllocationStrategy extends ShardCoordinator.AbstractShardAllocationStrategy {
    private final Cluster cluster;

    StorageNodeAllocationStrategy(Cluster cluster) {
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
        return Future$.MODULE$.failed(new StorageNodeMissing(shardId));
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

    /** Expected while an agent is down, therefore without a stack trace. */
    private static final class StorageNodeMissing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StorageNodeMissing(String storageId) {
            super("no cluster member serves storage node " + storageId, null, false, false);
        }
    }
}
