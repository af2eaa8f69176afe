// Runs a node-fast server until it is killed. Prints its port.
const net = require('net');
const bunyan = require('bunyan');
const fast = require('fast');

const log = bunyan.createLogger({ name: 'interop-server', level: 'fatal' });
const socket = net.createServer({ allowHalfOpen: true });
const server = new fast.FastServer({ log: log, server: socket });

server.registerRpcMethod({
    rpcmethod: 'echo',
    rpchandler: function echo(rpc) {
        // A node-fast server can send objects only.
        rpc.argv().forEach(value => rpc.write({ value: value }));
        rpc.end();
    }
});

server.registerRpcMethod({
    rpcmethod: 'count',
    rpchandler: function count(rpc) {
        const last = rpc.argv()[0];
        for (let i = 1; i < last; i++) {
            rpc.write({ n: i });
        }
        // The last value travels in the END frame.
        rpc.end({ n: last });
    }
});

server.registerRpcMethod({
    rpcmethod: 'fail',
    rpchandler: function fail(rpc) {
        const error = new Error('row changed: ' + rpc.argv()[0]);
        error.name = 'EtagConflictError';
        rpc.fail(error);
    }
});

server.registerRpcMethod({ rpcmethod: 'silence', rpchandler: function silence() {} });

socket.listen(0, '127.0.0.1', () => console.log(socket.address().port));
