"""A relay on loopback that counts what passes: `python -m tests.benchmarks.byte_counter PORT`.

Prints its own port; for every line it reads, prints [bytes up, bytes down] since the last one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter

PIECE = 1 << 16


async def main(upstream: int) -> None:
    counted = [0, 0]

    async def pass_on(reader: StreamReader, writer: StreamWriter, way: int) -> None:
        while piece := await reader.read(PIECE):
            counted[way] += len(piece)
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", upstream)
        await asyncio.gather(
            pass_on(reader, their_writer, 0),
            pass_on(their_reader, writer, 1),
            return_exceptions=True,
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(json.dumps(server.sockets[0].getsockname()[1]), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(counted), flush=True)
        counted[:] = [0, 0]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
