package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.BucketNotFound;
import io.rebalancer.playground.moray.BucketRefused;
import io.rebalancer.playground.moray.EtagConflict;
import io.rebalancer.playground.moray.FilterRefused;
import io.rebalancer.playground.moray.MorayChange;
import io.rebalancer.playground.moray.QueryRefused;
import java.sql.SQLException;

/** The failure of a call, with the name that Moray gives it (manta.md 7.9). */
final class RpcFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient ObjectNode context;

    RpcFailure(String name, String message) {
        this(name, message, JsonNodeFactory.instance.objectNode());
    }

    private RpcFailure(String name, String message, ObjectNode context) {
        super(message, null, false, false);
        this.name = name;
        this.context = context;
    }

    static RpcFailure of(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof RpcFailure known) {
            return known;
        }
        if (failure instanceof EtagConflict e) {
            ObjectNode context = JsonNodeFactory.instance.objectNode();
            context.put("bucket", e.bucket()).put("key", e.key());
            context.put("expected", e.expected()).put("actual", e.actual());
            return new RpcFailure("EtagConflictError", message, context);
        }
        if (failure instanceof BucketNotFound) {
            return new RpcFailure("BucketNotFoundError", message);
        }
        if (failure instanceof MorayChange.ObjectNotFound) {
            return new RpcFailure("ObjectNotFoundError", message);
        }
        if (failure instanceof FilterRefused e) {
            return new RpcFailure(e.errorName(), message);
        }
        if (failure instanceof BucketRefused e) {
            return new RpcFailure(e.errorName(), message);
        }
        if (failure instanceof QueryRefused) {
            return new RpcFailure("InvalidQueryError", message);
        }
        if (failure instanceof SQLException e) {
            return DatabaseErrors.of(e);
        }
        return new RpcFailure("InternalError", message);
    }

    /** Payload {@code d} of an ERROR frame (manta.md 7.3). */
    ObjectNode toJson() {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        error.put("name", name).put("message", String.valueOf(getMessage()));
        error.set("context", context.deepCopy());
        error.putObject("info");
        return error;
    }
}
