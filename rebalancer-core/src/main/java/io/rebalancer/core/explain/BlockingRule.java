package io.rebalancer.core.explain;

import io.rebalancer.core.assignment.Reason;

/**
 * The rule that keeps a record on the leaving node, in plain words.
 *
 * @param rule what does not hold, or what went wrong
 * @param unblock what an operator can change, so that the record moves
 */
public record BlockingRule(String rule, String unblock) {

    /** The rule behind a reason. A new reason does not compile until it has a text. */
    public static BlockingRule of(Reason reason) {
        return switch (reason) {
            case AGENT_BUSY ->
                new BlockingRule(
                        "The agent of the destination holds as many assignments as it may, or has not acknowledged ended"
                                + " ones.",
                        "Nothing has to be done if the agent works. Otherwise look at its disk and its log; a higher"
                                + " max-assignments of the agent lets it hold more.");
            case AGENT_FS_ERROR ->
                new BlockingRule(
                        "The agent of the destination could not write, flush or rename the file on its disk.",
                        "Repair the disk or the file system of the destination, or exclude the node with"
                                + " placement.excluded-nodes.");
            case AGENT_STALLED ->
                new BlockingRule(
                        "The agent of the destination is reachable, but ended no copy of the assignment within"
                                + " evacuate.timeouts.stalled-agent.",
                        "Look at the disk and the log of the destination's agent, and restart the agent.");
            case ASSIGNMENT_REJECTED ->
                new BlockingRule(
                        "The agent of the destination rejected the assignment as invalid.",
                        "Read the detail and the agent's log. Install the same version on managers and agents.");
            case BAD_MANTA_OBJECT ->
                new BlockingRule(
                        "The metadata record can't be read as the record of an object, so nothing is known to copy.",
                        "Repair or delete the metadata record; the detail names the member that is missing or wrong.");
            case DESTINATION_FENCED ->
                new BlockingRule(
                        "The destination left service after the assignment was planned, and nothing is committed to a"
                                + " node out of service.",
                        "Nothing has to be done: the next pass chooses another destination.");
            case DESTINATION_INSUFFICIENT_SPACE ->
                new BlockingRule(
                        "No storage node that may hold the object has enough space below its fill ceiling that is not"
                                + " promised to other assignments.",
                        "Free space or add storage nodes in datacenters without a copy of the object, raise"
                                + " placement.max-fill-percent, or lower placement.min-free-mib.");
            case DESTINATION_UNREACHABLE ->
                new BlockingRule(
                        "Only storage nodes whose agent is unreachable could hold the object, or the agent of its"
                                + " destination was lost.",
                        "Start the agents of these nodes again, or repair the network to them; rebalancer-adm node list"
                                + " shows the nodes.");
            case HTTP_STATUS_CODE ->
                new BlockingRule(
                        "Each source answered the request for the object with an error status.",
                        "Read the status in the detail and the logs of the sources' file servers.");
            case JOB_ENDED ->
                new BlockingRule(
                        "The job ended before the copy was complete.",
                        "Nothing has to be changed; another job tries it again.");
            case MD5_MISMATCH ->
                new BlockingRule(
                        "The bytes of a source differ from the size or MD5 in the metadata record, so no copy was kept; no"
                                + " other source could be read.",
                        "Start the storage nodes that hold the other copies, or restore a good copy on one of them.");
            case METADATA_UPDATE_FAILED ->
                new BlockingRule(
                        "The copy is verified, but its metadata record could not be changed: the shard did not answer, or"
                                + " users changed the record at the same time.",
                        "Repair the metadata shard that the detail names; a record that users change often is moved when"
                                + " they change it less.");
            case NO_DESTINATION ->
                new BlockingRule(
                        "No storage node is in service that the placement settings allow.",
                        "Put nodes into service or remove them from placement.excluded-nodes and"
                                + " placement.blacklisted-datacenters.");
            case OBJECT_ALREADY_IN_DATACENTER ->
                new BlockingRule(
                        "Each storage node with space is in a datacenter that already holds a copy of the object; two"
                                + " copies may not share a datacenter.",
                        "Free space or add storage nodes in the datacenter of the leaving node, or in one that holds no"
                                + " copy.");
            case OBJECT_ALREADY_ON_DEST_SHARK ->
                new BlockingRule(
                        "Each storage node that is allowed already holds a copy of the object; a node may hold only one.",
                        "Add storage nodes, or put nodes into service.");
            case SOURCE_OBJECT_NOT_FOUND ->
                new BlockingRule(
                        "A source has no file of the object, though the metadata record names it; no other source could be"
                                + " read.",
                        "Start the storage nodes that hold the other copies, or restore the file on one of them.");
            case SOURCE_IS_EVAC_SHARK ->
                new BlockingRule(
                        "The only copy of the object is on the leaving node, and placement.move-sole-copies is off.",
                        "Set placement.move-sole-copies = on and reload the settings (SIGUSR1), then retry the object.");
            case SOURCE_OTHER_ERROR ->
                new BlockingRule(
                        "No source could be read to the end: it was unreachable, or its reply broke off.",
                        "Start the storage nodes that hold the object, or repair the network between them and the"
                                + " destination.");
            case UNRECOVERABLE ->
                new BlockingRule(
                        "No good copy is left: each storage node that the metadata record names was asked, and has no file"
                                + " of the object, or a file with another size or MD5.",
                        "Restore the file on one of the storage nodes that the detail names and retry, or delete the"
                                + " object.");
        };
    }
}
