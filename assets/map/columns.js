// Layers drawn from plain columns of numbers by a shader of their own: no accessors, no copies, one draw call.
// Never by instances: graphics in software draw each instance as a picture of its own, ten times slower than plain corners.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const uniforms = (name, types) => {
    const words = { f32: "float", "vec2<f32>": "vec2", "vec4<f32>": "vec4" };
    const block = `layout(std140) uniform ${name}Uniforms {\n${Object.entries(types).map(([key, type]) => `  ${words[type]} ${key};`).join("\n")}\n} ${name};\n`;
    return { name, vs: block, fs: block, uniformTypes: types };
  };

  // One draw call over corners (`look.topology`, `look.corners` of them for each of `count`) whose columns are copied as they are,
  // when `version` says that they have changed.
  const layerOf = (look, name) => {
    class Columns extends deck.Layer {
      getShaders() { return super.getShaders({ vs: look.vs, fs: look.fs, modules: [deck.project32, look.module()] }); }
      _getAttributeManager() { return null; } // accessors and their checks are what costs; our columns are ready to copy
      initializeState() { this.state = { model: null, buffers: {}, given: {}, version: -1 }; }
      shouldUpdateState({ changeFlags }) { return changeFlags.propsOrDataChanged; }
      getNumInstances() { return this.props.count; }

      updateState({ props }) {
        const { state } = this;
        if (state.version === props.version) return;
        state.version = props.version;
        for (const [column, rows] of Object.entries(props.columns)) this.hand(column, rows);
        state.model = state.model ?? this.model();
      }

      hand(column, rows) {
        const { buffers, given, model } = this.state;
        if (given[column] === rows && look.steady === column) return;
        given[column] = rows;
        if (!(buffers[column]?.byteLength >= rows.byteLength)) {
          buffers[column]?.destroy();
          const byteLength = Math.ceil((rows.byteLength * 1.25 + 64) / 16) * 16;
          buffers[column] = this.context.device.createBuffer({ id: `${this.id}-${column}`, usage: window.luma.Buffer.VERTEX | window.luma.Buffer.COPY_DST, byteLength });
          model?.setAttributes({ [column]: buffers[column] });
        }
        if (rows.byteLength) buffers[column].write(rows);
      }

      model() {
        return new window.luma.Model(this.context.device, {
          ...this.getShaders(), id: this.id, isInstanced: false, topology: look.topology, bufferLayout: look.layout, attributes: this.state.buffers,
        });
      }

      draw() {
        const { model } = this.state;
        if (!model || !this.props.count) return;
        model.setVertexCount(this.props.count * look.corners);
        model.shaderInputs.setProps({ [name]: { ...this.props.uniforms, opacity: this.props.opacity ** (1 / 2.2) } });
        model.draw(this.context.renderPass);
      }

      finalizeState(context) {
        super.finalizeState(context);
        for (const buffer of Object.values(this.state.buffers)) buffer.destroy();
      }
    }
    Columns.layerName = name;
    Columns.defaultProps = { parameters: { depthWriteEnabled: false, depthCompare: "always" } }; // what comes later lies above: a map is flat
    return Columns;
  };

  city.columns = { layerOf, uniforms };
})();
