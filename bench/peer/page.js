/** A call as PeerJS's own examples make it: page.html?name=bob&port=9000 answers, `ring("bob")` on alice's calls him. */

const { name, port } = Object.fromEntries(new URLSearchParams(location.search));
const peer = new Peer(name, { host: "127.0.0.1", port: Number(port), path: "/", config: { iceServers: [] } });
const answer = document.getElementById("answer");

peer.on("open", () => {
  document.body.dataset.open = "1";
});

function devices() {
  return navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
}

function show(call) {
  call.on("stream", (stream) => {
    document.getElementById("remote").srcObject = stream;
  });
}

peer.on("call", (call) => {
  answer.hidden = false;
  answer.onclick = async () => {
    call.answer(await devices());
    show(call);
  };
});

window.ring = async (other) => show(peer.call(other, await devices()));
