package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.Filter;
import io.rebalancer.playground.moray.FilterSyntaxException;

/** Positional arguments of a call, with the checks that Moray makes (manta.md 7.6). */
record CallArguments(String method, JsonNode list) {
    CallArguments expect(int count) throws RpcFailure {
        if (list.size() != count) {
            throw new RpcFailure("InvocationError", method + " expects " + count + " arguments");
        }
        return this;
    }

    String text(int index) throws RpcFailure {
        require(index, list.path(index).isTextual(), "a string");
        return list.path(index).textValue();
    }

    int integer(int index) throws RpcFailure {
        require(index, list.path(index).canConvertToInt(), "an integer");
        return list.path(index).intValue();
    }

    ObjectNode object(int index) throws RpcFailure {
        require(index, list.path(index).isObject(), "an object");
        return (ObjectNode) list.path(index);
    }

    JsonNode array(int index) throws RpcFailure {
        require(index, list.path(index).isArray(), "an array");
        return list.path(index);
    }

    ObjectNode options(int index) throws RpcFailure {
        return object(index);
    }

    Filter filter(int index) throws RpcFailure {
        return filter(text(index));
    }

    static Filter filter(String text) throws RpcFailure {
        try {
            return Filter.parse(text);
        } catch (FilterSyntaxException e) {
            throw new RpcFailure("InvalidQueryError", text + " is an invalid filter");
        }
    }

    private void require(int index, boolean holds, String what) throws RpcFailure {
        if (!holds) {
            throw new RpcFailure("InvocationError", method + " expects argument " + index + " to be " + what);
        }
    }
}
