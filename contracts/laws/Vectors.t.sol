// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Base} from "./Base.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";

/// @dev The cheat codes that read JSON.
interface Json {
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonBytes32Array(string calldata json, string calldata key) external pure returns (bytes32[] memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonBool(string calldata json, string calldata key) external pure returns (bool);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function toString(uint256 value) external pure returns (string memory);
}

/// @dev The vectors of tests/vectors, which the Python tests read too, hold for the contracts' own code.
contract VectorsTest is Base {
    Json private constant json = Json(address(vm));

    /// @dev The ABI encoding decodes to the terms described, and gives their hash and the id.
    function test_terms_are_encoded_hashed_and_named_as_in_python() public view {
        string memory file = json.readFile("../tests/vectors/terms/terms.json");
        uint256 count;
        for (; json.keyExistsJson(file, _at("terms", count)); ++count) {
            string memory key = _at("terms", count);
            bytes memory encoded = json.parseJsonBytes(file, string.concat(key, ".abi"));
            ICertificateRegistry.Terms memory terms = abi.decode(encoded, (ICertificateRegistry.Terms));
            _requireDescribed(terms, file, string.concat(key, ".struct"));
            bytes32 termsHash = keccak256(abi.encode(terms));
            bytes32 id = json.parseJsonBytes32(file, string.concat(key, ".id"));
            assert(keccak256(abi.encode(terms)) == keccak256(encoded));
            assert(termsHash == json.parseJsonBytes32(file, string.concat(key, ".termsHash")));
            assert(registry.idOf(terms) == id);
            assert(Hashes.commutativeKeccak256(terms.documentHash, termsHash) == id);
            bytes32[] memory proof = new bytes32[](1);
            proof[0] = termsHash;
            assert(MerkleProof.verify(proof, id, terms.documentHash));
        }
        assert(count >= 20);
    }

    /// @dev Reference keys are the hash of the same five values.
    function test_reference_keys_are_those_of_python() public view {
        string memory file = json.readFile("../tests/vectors/terms/terms.json");
        uint256 count;
        for (; json.keyExistsJson(file, _at("references", count)); ++count) {
            string memory key = _at("references", count);
            bytes memory encoded = abi.encode(
                "asal.reference.v1",
                uint8(json.parseJsonUint(file, string.concat(key, ".scheme"))),
                bytes2(json.parseJsonBytes(file, string.concat(key, ".exporting"))),
                json.parseJsonString(file, string.concat(key, ".normalisedOffice")),
                json.parseJsonString(file, string.concat(key, ".normalisedReference"))
            );
            assert(keccak256(encoded) == json.parseJsonBytes32(file, string.concat(key, ".referenceKey")));
        }
        assert(count >= 10);
    }

    /// @dev Proofs hold, and forged ones fail, as the vectors say.
    function test_proofs_hold_or_fail_as_in_python() public view {
        string memory file = json.readFile("../tests/vectors/merkle/merkle.json");
        uint256 good;
        uint256 count;
        for (; json.keyExistsJson(file, _at("proofs", count)); ++count) {
            string memory key = _at("proofs", count);
            bool valid = MerkleProof.verify(
                json.parseJsonBytes32Array(file, string.concat(key, ".proof")),
                json.parseJsonBytes32(file, string.concat(key, ".root")),
                json.parseJsonBytes32(file, string.concat(key, ".leaf"))
            );
            assert(valid == json.parseJsonBool(file, string.concat(key, ".valid")));
            if (valid) ++good;
        }
        assert(good >= 15 && count - good >= 30);
    }

    /// @dev Sorted leaves, sorted pairs, an odd last node moves up: the roots are those of the vectors.
    function test_roots_are_those_of_python() public view {
        string memory file = json.readFile("../tests/vectors/merkle/merkle.json");
        uint256 count;
        for (; json.keyExistsJson(file, _at("trees", count)); ++count) {
            string memory key = _at("trees", count);
            bytes32[] memory layer = json.parseJsonBytes32Array(file, string.concat(key, ".leaves"));
            for (uint256 i = 1; i < layer.length; ++i) {
                assert(layer[i - 1] < layer[i]);
            }
            assert(_treeOf(layer) == json.parseJsonBytes32(file, string.concat(key, ".root")));
        }
        assert(count >= 8);
    }

    /// @dev A batch is recorded under the tree's root joined with the member, to which the vectors' proofs lead.
    function test_batches_have_the_roots_of_python() public {
        string memory file = json.readFile("../tests/vectors/merkle/merkle.json");
        uint256 count;
        for (; json.keyExistsJson(file, _at("batches", count)); ++count) {
            string memory key = _at("batches", count);
            bytes2 member = bytes2(json.parseJsonBytes(file, string.concat(key, ".member")));
            bytes32 root = json.parseJsonBytes32(file, string.concat(key, ".root"));
            bytes32[] memory proof = json.parseJsonBytes32Array(file, string.concat(key, ".proof"));
            vm.prank(member == VN ? VN_KEY : member == TH ? TH_KEY : MY_KEY);
            registry.anchor(json.parseJsonBytes32(file, string.concat(key, ".tree")), 1, START);
            assert(registry.anchorOf(root).exporting == member);
            assert(proof[proof.length - 1] == bytes32(member));
            assert(MerkleProof.verify(proof, root, json.parseJsonBytes32(file, string.concat(key, ".leaf"))));
        }
        assert(count >= 4);
    }

    /// @dev An inner node proves nothing: whoever enters a certificate gives its terms, and the id is computed.
    function test_an_inner_node_cannot_be_entered_as_a_certificate() public {
        ICertificateRegistry.Terms memory first = _terms(1);
        bytes32 left = registry.idOf(first);
        bytes32 right = registry.idOf(_terms(2));
        bytes32 third = registry.idOf(_terms(3));
        bytes32 node = Hashes.commutativeKeccak256(left, right);
        bytes32 tree = Hashes.commutativeKeccak256(node, third);
        bytes32 root = _rootOf(tree, VN);
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (third, bytes32(VN));
        assert(MerkleProof.verify(proof, root, node));

        vm.prank(VN_KEY);
        registry.anchor(tree, 3, first.validUntil);
        first.documentHash = node;
        bytes32 posing = registry.idOf(first);
        vm.prank(VN_KEY);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.ProofInvalid.selector, posing, root));
        registry.enter(first, root, proof);
    }

    function _requireDescribed(ICertificateRegistry.Terms memory terms, string memory file, string memory key)
        private
        pure
    {
        assert(terms.documentHash == json.parseJsonBytes32(file, string.concat(key, ".documentHash")));
        assert(terms.referenceKey == json.parseJsonBytes32(file, string.concat(key, ".referenceKey")));
        assert(terms.exporting == bytes2(json.parseJsonBytes(file, string.concat(key, ".exporting"))));
        assert(terms.importing == bytes2(json.parseJsonBytes(file, string.concat(key, ".importing"))));
        assert(terms.issuedOn == json.parseJsonUint(file, string.concat(key, ".issuedOn")));
        assert(terms.validUntil == json.parseJsonUint(file, string.concat(key, ".validUntil")));
        assert(terms.scheme == json.parseJsonUint(file, string.concat(key, ".scheme")));
        bytes32[] memory parents = json.parseJsonBytes32Array(file, string.concat(key, ".parents"));
        assert(keccak256(abi.encode(parents)) == keccak256(abi.encode(terms.parents)));
    }

    function _treeOf(bytes32[] memory layer) private pure returns (bytes32) {
        uint256 size = layer.length;
        while (size > 1) {
            uint256 next = (size + 1) / 2;
            for (uint256 i = 0; i < next; ++i) {
                bool paired = 2 * i + 1 < size;
                layer[i] = paired ? Hashes.commutativeKeccak256(layer[2 * i], layer[2 * i + 1]) : layer[2 * i];
            }
            size = next;
        }
        return layer[0];
    }

    function _at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", json.toString(index), "]");
    }
}
